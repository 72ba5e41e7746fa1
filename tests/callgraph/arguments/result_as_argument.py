# calls:
#   result_as_argument -> result_as_argument.make
#   result_as_argument -> result_as_argument.run
#   result_as_argument.run -> result_as_argument.leaf

def make():
    return leaf


def leaf():
    pass


def run(job):
    job()


run(make())
