# calls:
#   attribute_set_in_another_method -> attribute_set_in_another_method.Button.__init__
#   attribute_set_in_another_method -> attribute_set_in_another_method.Button.bind
#   attribute_set_in_another_method -> attribute_set_in_another_method.Button.press
#   attribute_set_in_another_method.Button.press -> attribute_set_in_another_method.save

class Button:
    def __init__(self):
        self.action = None

    def bind(self, action):
        self.action = action

    def press(self):
        self.action()


def save():
    pass


button = Button()
button.bind(save)
button.press()
