# calls:
#   raised_instance -> raised_instance.fail
#   raised_instance.fail -> raised_instance.Broken.__init__

class Broken(Exception):
    def __init__(self, why):
        pass


def fail():
    raise Broken("x")


fail()
