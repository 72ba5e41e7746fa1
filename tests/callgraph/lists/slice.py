# calls:
#   slice -> slice.two
#   slice -> slice.three

def one():
    pass


def two():
    pass


def three():
    pass


for job in [one, two, three][1:]:
    job()
