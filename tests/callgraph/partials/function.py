# calls:
#   function -> functools.partial
#   function -> function.send
#   function.send -> function.leaf

from functools import partial


def send(kind, job):
    job()


def leaf():
    pass


mail = partial(send, "mail")
mail(leaf)
