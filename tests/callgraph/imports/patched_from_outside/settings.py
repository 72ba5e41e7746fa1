def standard():
    pass


handler = standard


def run():
    handler()
