# calls:
#   map_and_filter -> <builtin>.list
#   map_and_filter -> <builtin>.map
#   map_and_filter -> <builtin>.filter
#   map_and_filter -> map_and_filter.grow
#   map_and_filter -> map_and_filter.good

def grow(n):
    return n


def good(n):
    return True


list(map(grow, [1]))
list(filter(good, [1]))
