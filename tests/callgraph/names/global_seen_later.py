# calls:
#   global_seen_later -> global_seen_later.later
#   global_seen_later.later -> global_seen_later.ring

def ring():
    pass


def later():
    bell()


bell = ring
later()
