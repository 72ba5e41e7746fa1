# calls:
#   sent_value -> sent_value.runner
#   sent_value -> <builtin>.next
# misses:
#   sent_value.runner -> sent_value.leaf

def runner():
    job = yield
    job()


def leaf():
    pass


machine = runner()
next(machine)
machine.send(leaf)
