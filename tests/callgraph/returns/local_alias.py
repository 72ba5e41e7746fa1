# calls:
#   local_alias -> local_alias.make
#   local_alias -> local_alias.leaf

def make():
    result = leaf
    return result


def leaf():
    pass


job = make()
job()
