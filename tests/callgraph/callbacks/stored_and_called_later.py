# calls:
#   stored_and_called_later -> stored_and_called_later.Timer.__init__
#   stored_and_called_later -> stored_and_called_later.later
#   stored_and_called_later.later -> stored_and_called_later.Timer.fire
#   stored_and_called_later.Timer.fire -> stored_and_called_later.ring

class Timer:
    def __init__(self, function):
        self.function = function

    def fire(self):
        self.function()


def ring():
    pass


timer = Timer(ring)


def later():
    timer.fire()


later()
