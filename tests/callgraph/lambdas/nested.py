# calls:
#   nested -> nested.<lambda1>
#   nested -> nested.<lambda1>.<lambda1>
#   nested.<lambda1>.<lambda1> -> nested.leaf

make = lambda job: lambda: job()


def leaf():
    pass


make(leaf)()
