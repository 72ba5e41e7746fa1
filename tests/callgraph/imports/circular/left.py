import right


def start():
    right.go()


def end():
    pass
