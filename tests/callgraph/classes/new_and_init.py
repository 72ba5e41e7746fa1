# calls:
#   new_and_init -> new_and_init.Point.__new__
#   new_and_init -> new_and_init.Point.__init__
#   new_and_init.Point.__new__ -> <builtin>.super

class Point:
    def __new__(cls):
        return super().__new__(cls)

    def __init__(self):
        pass


Point()
