# calls:
#   exec -> <builtin>.exec
# misses:
#   exec -> exec.leaf

def leaf():
    pass


exec("leaf()")
