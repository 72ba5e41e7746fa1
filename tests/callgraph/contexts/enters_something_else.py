# calls:
#   enters_something_else -> enters_something_else.Maker.__enter__
#   enters_something_else -> enters_something_else.Maker.__exit__
#   enters_something_else -> enters_something_else.Session.query

class Session:
    def query(self):
        pass


class Maker:
    def __enter__(self):
        return Session()

    def __exit__(self, *error):
        pass


with Maker() as session:
    session.query()
