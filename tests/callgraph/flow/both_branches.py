# calls:
#   both_branches -> both_branches.fast
#   both_branches -> both_branches.safe

import sys


def fast():
    pass


def safe():
    pass


if sys.argv:
    run = fast
else:
    run = safe
run()
