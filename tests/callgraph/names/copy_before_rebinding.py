# calls:
#   copy_before_rebinding -> copy_before_rebinding.old

def old():
    pass


def new():
    pass


handler = old
kept = handler
handler = new
kept()
