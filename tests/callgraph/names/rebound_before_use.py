# calls:
#   rebound_before_use -> rebound_before_use.new

def old():
    pass


def new():
    pass


handler = old
handler = new
handler()
