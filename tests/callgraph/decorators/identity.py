# calls:
#   identity -> identity.mark
#   identity -> identity.work

def mark(function):
    return function


@mark
def work():
    pass


work()
