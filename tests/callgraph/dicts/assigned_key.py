# calls:
#   assigned_key -> assigned_key.one

def one():
    pass


def two():
    pass


table = {}
table["x"] = one
table["y"] = two
table["x"]()
