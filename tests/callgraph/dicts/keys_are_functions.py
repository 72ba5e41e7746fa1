# calls:
#   keys_are_functions -> keys_are_functions.one
#   keys_are_functions -> keys_are_functions.two

def one():
    pass


def two():
    pass


for job in {one: 1, two: 2}:
    job()
