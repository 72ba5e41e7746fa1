# calls:
#   key_from_a_parameter -> key_from_a_parameter.run
#   key_from_a_parameter.run -> key_from_a_parameter.two

def one():
    pass


def two():
    pass


TABLE = {"a": one, "b": two}


def run(name):
    TABLE[name]()


run("b")
