# calls:
#   keyword -> functools.partial
#   keyword -> keyword.run
#   keyword.run -> keyword.leaf

from functools import partial


def run(job, times=1):
    job()


def leaf():
    pass


quick = partial(run, job=leaf)
quick(times=2)
