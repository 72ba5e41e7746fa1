# calls:
#   never_called.lonely -> never_called.helper

def lonely():
    helper()


def helper():
    pass
