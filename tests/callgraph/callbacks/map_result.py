# calls:
#   map_result -> <builtin>.map
#   map_result -> map_result.make
#   map_result -> map_result.leaf

def make(n):
    return leaf


def leaf():
    pass


for job in map(make, [1]):
    job()
