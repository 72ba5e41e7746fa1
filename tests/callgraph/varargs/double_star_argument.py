# calls:
#   double_star_argument -> double_star_argument.run
#   double_star_argument.run -> double_star_argument.one

def one():
    pass


def two():
    pass


def run(first, second):
    first()


run(**{"first": one, "second": two})
