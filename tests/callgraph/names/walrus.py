# calls:
#   walrus -> walrus.pick
#   walrus -> walrus.use

def pick():
    return use


def use():
    pass


if (chosen := pick()):
    chosen()
