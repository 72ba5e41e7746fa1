# calls:
#   generator -> contextlib.contextmanager
#   generator -> generator.session
#   generator -> generator.Session.query
#   generator.session -> generator.opened

from contextlib import contextmanager


class Session:
    def query(self):
        pass


@contextmanager
def session():
    opened()
    yield Session()


def opened():
    pass


with session() as one:
    one.query()
