# calls:
#   none_check -> none_check.run
#   none_check.run -> none_check.special

def standard():
    pass


def special():
    pass


def run(hook=None):
    if hook is None:
        hook = standard
    hook()


run(special)
