# calls:
#   attribute_replaced -> attribute_replaced.Button.__init__
#   attribute_replaced -> attribute_replaced.load

class Button:
    def __init__(self, action):
        self.action = action


def save():
    pass


def load():
    pass


button = Button(save)
button.action = load
button.action()
