# calls:
#   member_method -> member_method.Colour.show

from enum import Enum


class Colour(Enum):
    RED = 1
    BLUE = 2

    def show(self):
        pass


Colour.RED.show()
