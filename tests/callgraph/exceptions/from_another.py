# calls:
#   from_another -> from_another.Inner.__init__
#   from_another -> from_another.Outer.__init__

class Inner(Exception):
    def __init__(self):
        pass


class Outer(Exception):
    def __init__(self):
        pass


try:
    raise Inner()
except Inner as cause:
    raise Outer() from cause
