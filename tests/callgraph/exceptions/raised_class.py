# calls:
#   raised_class -> raised_class.Broken.__init__

class Broken(Exception):
    def __init__(self):
        pass


raise Broken
