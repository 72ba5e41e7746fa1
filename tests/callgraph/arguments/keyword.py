# calls:
#   keyword -> keyword.run
#   keyword.run -> keyword.leaf

def leaf():
    pass


def other():
    pass


def run(first, second):
    second()


run(second=leaf, first=other)
