# calls:
#   made_in_a_function -> made_in_a_function.make
#   made_in_a_function -> made_in_a_function.make.Local.work
#   made_in_a_function.make.Local.work -> made_in_a_function.leaf

def make():
    class Local:
        def work(self):
            leaf()

    return Local()


def leaf():
    pass


make().work()
