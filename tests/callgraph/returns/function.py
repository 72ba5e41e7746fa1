# calls:
#   function -> function.make
#   function -> function.leaf

def make():
    return leaf


def leaf():
    pass


make()()
