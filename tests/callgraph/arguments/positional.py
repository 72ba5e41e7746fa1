# calls:
#   positional -> positional.run
#   positional.run -> positional.leaf

def leaf():
    pass


def run(job):
    job()


run(leaf)
