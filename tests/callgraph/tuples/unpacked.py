# calls:
#   unpacked -> unpacked.two

def one():
    pass


def two():
    pass


a, (b, c) = one, (two, one)
b()
