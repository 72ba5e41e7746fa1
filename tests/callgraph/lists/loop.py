# calls:
#   loop -> loop.one
#   loop -> loop.two

def one():
    pass


def two():
    pass


for job in [one, two]:
    job()
