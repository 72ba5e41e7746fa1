# calls:
#   star_argument -> star_argument.run
#   star_argument.run -> star_argument.two

def one():
    pass


def two():
    pass


def run(first, second):
    second()


jobs = [one, two]
run(*jobs)
