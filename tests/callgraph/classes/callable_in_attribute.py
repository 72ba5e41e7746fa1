# calls:
#   callable_in_attribute -> callable_in_attribute.Button.__init__
#   callable_in_attribute -> callable_in_attribute.Button.press
#   callable_in_attribute.Button.press -> callable_in_attribute.save

class Button:
    def __init__(self, action):
        self.action = action

    def press(self):
        self.action()


def save():
    pass


Button(save).press()
