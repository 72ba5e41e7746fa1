# calls:
#   builtin_shadowed -> builtin_shadowed.len

def len(items):
    return 0


len([])
