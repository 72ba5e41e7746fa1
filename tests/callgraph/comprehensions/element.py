# calls:
#   element -> <builtin>.range
#   element -> element.grow

def grow(n):
    return n


[grow(n) for n in range(3)]
