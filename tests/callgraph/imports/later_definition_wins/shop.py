from base import check, wrapped


def check(limit=int("3")):
    return wrapped()
