# calls:
#   two_objects_two_callables -> two_objects_two_callables.Button.__init__
#   two_objects_two_callables -> two_objects_two_callables.quit_

class Button:
    def __init__(self, action):
        self.action = action


def save():
    pass


def quit_():
    pass


first = Button(save)
second = Button(quit_)
second.action()
