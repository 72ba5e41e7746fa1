# calls:
#   starred -> starred.three

def one():
    pass


def two():
    pass


def three():
    pass


first, *rest = one, two, three
rest[1]()
