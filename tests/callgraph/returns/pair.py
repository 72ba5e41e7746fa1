# calls:
#   pair -> pair.make
#   pair -> pair.two

def make():
    return one, two


def one():
    pass


def two():
    pass


first, second = make()
second()
