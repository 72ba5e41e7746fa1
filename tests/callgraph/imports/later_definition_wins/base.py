def check():
    pass


def wrapped():
    pass
