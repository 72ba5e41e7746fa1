# calls:
#   eval -> <builtin>.eval
#   eval -> eval.leaf

def leaf():
    pass


eval("leaf()")
