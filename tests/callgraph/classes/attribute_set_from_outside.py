# calls:
#   attribute_set_from_outside -> attribute_set_from_outside.save

class Button:
    pass


def save():
    pass


button = Button()
button.action = save
button.action()
