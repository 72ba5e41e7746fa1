import left


def go():
    left.end()
