# calls:
#   recursion -> recursion.down
#   recursion.down -> recursion.down

def down(n):
    if n:
        down(n - 1)


down(3)
