# calls:
#   try_except -> try_except.risky
#   try_except -> try_except.mend
#   try_except -> try_except.clean
#   try_except -> try_except.fine

def risky():
    pass


def mend():
    pass


def clean():
    pass


def fine():
    pass


try:
    risky()
except ValueError:
    mend()
else:
    fine()
finally:
    clean()
