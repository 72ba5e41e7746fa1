# calls:
#   callable_value -> callable_value.Room.cleaner
#   callable_value -> callable_value.sweep

class Room:
    @property
    def cleaner(self):
        return sweep


def sweep():
    pass


Room().cleaner()
