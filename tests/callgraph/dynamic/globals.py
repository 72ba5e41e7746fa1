# calls:
#   globals -> <builtin>.globals
#   globals -> globals.leaf

def leaf():
    pass


globals()["leaf"]()
