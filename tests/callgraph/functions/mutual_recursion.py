# calls:
#   mutual_recursion -> mutual_recursion.even
#   mutual_recursion.even -> mutual_recursion.odd
#   mutual_recursion.odd -> mutual_recursion.even

def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


even(4)
