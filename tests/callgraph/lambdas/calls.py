# calls:
#   calls -> calls.<lambda1>
#   calls.<lambda1> -> calls.leaf

def leaf():
    pass


run = lambda: leaf()
run()
