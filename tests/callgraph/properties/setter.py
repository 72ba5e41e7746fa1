# calls:
#   setter -> setter.Room.heat
#   setter.Room.heat -> setter.check

class Room:
    @property
    def heat(self):
        return 1

    @heat.setter
    def heat(self, value):
        check(value)


def check(value):
    pass


Room().heat = 3
