# calls:
#   branches_that_bind_first -> branches_that_bind_first.fast
#   branches_that_bind_first -> branches_that_bind_first.safe
#   branches_that_bind_first -> <builtin>.len

import sys


def start():
    pass


def fast():
    pass


def safe():
    pass


run = start
if len(sys.argv) > 2:
    run = fast
elif len(sys.argv) > 1:
    run = safe
else:
    run = fast
run()
