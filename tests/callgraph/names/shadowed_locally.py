# calls:
#   shadowed_locally -> shadowed_locally.send
#   shadowed_locally -> shadowed_locally.ship
#   shadowed_locally.send -> shadowed_locally.send.ship

def ship():
    pass


def send():
    def ship():
        pass

    ship()


send()
ship()
