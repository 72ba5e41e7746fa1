# calls:
#   or_default -> or_default.run
#   or_default.run -> or_default.standard
#   or_default.run -> or_default.special

def standard():
    pass


def special():
    pass


def run(hook=None):
    hook = hook or standard
    hook()


run()
run(special)
