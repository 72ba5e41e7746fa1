# calls:
#   nested -> nested.one

def one():
    pass


def two():
    pass


table = {"outer": {"a": one, "b": two}}
table["outer"]["a"]()
