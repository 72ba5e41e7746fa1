# calls:
#   items -> items.one
#   items -> items.two

def one():
    pass


def two():
    pass


for name, job in {"a": one, "b": two}.items():
    job()
