# calls:
#   constant_key -> constant_key.two

def one():
    pass


def two():
    pass


table = {"a": one, "b": two}
table["b"]()
