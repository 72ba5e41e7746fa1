# calls:
#   shadowed_by_parameter -> shadowed_by_parameter.send
#   shadowed_by_parameter.send -> shadowed_by_parameter.other

def ship():
    pass


def other():
    pass


def send(ship):
    ship()


send(other)
