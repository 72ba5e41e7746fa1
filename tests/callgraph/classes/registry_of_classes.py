# calls:
#   registry_of_classes -> registry_of_classes.Formats.register
#   registry_of_classes -> registry_of_classes.Formats.register.decorate
#   registry_of_classes -> registry_of_classes.Formats.create
#   registry_of_classes -> registry_of_classes.Csv.export
#   registry_of_classes.Formats.create -> registry_of_classes.Csv.__init__
#   registry_of_classes.Csv.export -> registry_of_classes.Csv.write

class Formats:
    known = {}

    @classmethod
    def register(cls, name):
        def decorate(kind):
            cls.known[name] = kind
            return kind

        return decorate

    @classmethod
    def create(cls, name, *args):
        return cls.known[name](*args)


@Formats.register("csv")
class Csv:
    def __init__(self, path):
        self.path = path

    def export(self):
        self.write()

    def write(self):
        pass


@Formats.register("xml")
class Xml:
    def __init__(self, path):
        pass

    def export(self):
        pass


Formats.create("csv", "x").export()
