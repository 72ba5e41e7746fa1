# calls:
#   numbered -> numbered.pick
#   numbered -> numbered.pick.<lambda2>
#   numbered.<lambda1> -> numbered.pick

def pick(n):
    first = lambda: 1
    second = lambda: 2
    return second


pick(1)()
top = lambda: pick(2)
