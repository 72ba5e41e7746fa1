# calls:
#   called -> called.<lambda1>

double = lambda x: x * 2
double(2)
