# calls:
#   values -> values.one
#   values -> values.two

def one():
    pass


def two():
    pass


for job in {"a": one, "b": two}.values():
    job()
