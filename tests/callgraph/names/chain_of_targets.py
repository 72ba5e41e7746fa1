# calls:
#   chain_of_targets -> chain_of_targets.heat
#   chain_of_targets -> chain_of_targets.cool

def heat():
    pass


def cool():
    pass


a = b = heat
b()
a = c = cool
a()
b()
