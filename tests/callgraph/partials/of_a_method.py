# calls:
#   of_a_method -> functools.partial
#   of_a_method -> of_a_method.Box.put
#   of_a_method.Box.put -> of_a_method.leaf

import functools


class Box:
    def put(self, job):
        job()


def leaf():
    pass


functools.partial(Box().put, leaf)()
