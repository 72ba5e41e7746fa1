# calls:
#   condition -> condition.good

def good(n):
    return True


{n for n in [1, 2] if good(n)}
