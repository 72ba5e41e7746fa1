# calls:
#   wrapper -> wrapper.logged
#   wrapper -> wrapper.logged.wrapper
#   wrapper.logged.wrapper -> wrapper.work

def logged(function):
    def wrapper(*args):
        return function(*args)

    return wrapper


@logged
def work():
    pass


work()
