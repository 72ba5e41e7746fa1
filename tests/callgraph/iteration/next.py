# calls:
#   next -> next.steps
#   next -> <builtin>.next
#   next -> next.leaf

def steps():
    yield leaf


def leaf():
    pass


next(steps())()
