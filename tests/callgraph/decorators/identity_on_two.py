# calls:
#   identity_on_two -> identity_on_two.mark
#   identity_on_two -> identity_on_two.work

def mark(function):
    return function


@mark
def work():
    pass


@mark
def rest():
    pass


work()
