# calls:
#   conditional_expression -> conditional_expression.fast
#   conditional_expression -> conditional_expression.safe

import sys


def fast():
    pass


def safe():
    pass


(fast if sys.argv else safe)()
