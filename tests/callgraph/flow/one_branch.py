# calls:
#   one_branch -> one_branch.fast
#   one_branch -> one_branch.safe

import sys


def fast():
    pass


def safe():
    pass


run = safe
if sys.argv:
    run = fast
run()
