# calls:
#   rebound_between_uses -> rebound_between_uses.old
#   rebound_between_uses -> rebound_between_uses.new

def old():
    pass


def new():
    pass


handler = old
handler()
handler = new
handler()
