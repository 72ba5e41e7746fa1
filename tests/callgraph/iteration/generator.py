# calls:
#   generator -> generator.steps
#   generator -> generator.one
#   generator -> generator.two

def steps():
    yield one
    yield two


def one():
    pass


def two():
    pass


for step in steps():
    step()
