# calls:
#   chained_methods -> chained_methods.Query.where
#   chained_methods -> chained_methods.Query.run

class Query:
    def where(self):
        return self

    def run(self):
        pass


Query().where().where().run()
