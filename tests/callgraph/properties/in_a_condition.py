# calls:
#   in_a_condition -> in_a_condition.book
#   in_a_condition.book -> in_a_condition.Room.free
#   in_a_condition.book -> in_a_condition.take

class Room:
    @property
    def free(self):
        return True


def book(room):
    if room.free:
        take()


def take():
    pass


book(Room())
