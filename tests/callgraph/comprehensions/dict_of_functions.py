# calls:
#   dict_of_functions -> dict_of_functions.two

def one():
    pass


def two():
    pass


table = {name: job for name, job in [("a", one), ("b", two)]}
table["b"]()
