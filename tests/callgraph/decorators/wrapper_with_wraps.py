# calls:
#   wrapper_with_wraps -> wrapper_with_wraps.logged
#   wrapper_with_wraps -> wrapper_with_wraps.logged.wrapper
#   wrapper_with_wraps.logged -> functools.wraps
#   wrapper_with_wraps.logged.wrapper -> wrapper_with_wraps.work
#   wrapper_with_wraps.work -> wrapper_with_wraps.helper

import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@logged
def work():
    helper()


def helper():
    pass


work()
