# calls:
#   of_functions -> of_functions.one
#   of_functions -> of_functions.two

def one():
    pass


def two():
    pass


[job() for job in (one, two)]
