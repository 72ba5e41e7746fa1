# calls:
#   three_levels -> three_levels.a
#   three_levels -> three_levels.a.b
#   three_levels -> three_levels.a.b.c
#   three_levels.a.b.c -> three_levels.leaf

def a(job):
    def b():
        def c():
            job()

        return c

    return b


def leaf():
    pass


a(leaf)()()
