# calls:
#   direct -> direct.bake

def bake():
    pass


bake()
