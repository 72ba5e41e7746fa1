# calls:
#   positional_only -> positional_only.run
#   positional_only.run -> positional_only.leaf

def leaf():
    pass


def run(job, /, other=None):
    job()


run(leaf, other=3)
