# calls:
#   thread -> threading.Thread
#   thread -> threading.Thread.start
#   thread -> thread.work
#   thread.work -> thread.leaf

import threading


def work():
    leaf()


def leaf():
    pass


thread = threading.Thread(target=work)
thread.start()
