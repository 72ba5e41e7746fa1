# calls:
#   early_return -> early_return.choose
#   early_return -> early_return.first
#   early_return -> early_return.second

def choose(flag):
    if flag:
        return first
    return second


def first():
    pass


def second():
    pass


choose(1)()
