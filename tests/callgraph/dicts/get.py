# calls:
#   get -> get.one
#   get -> get.two

def one():
    pass


def two():
    pass


table = {"a": one}
table.get("a")()
table.get("b", two)()
