# calls:
#   default_replaced -> default_replaced.run
#   default_replaced.run -> default_replaced.special

def standard():
    pass


def special():
    pass


def run(job=standard):
    job()


run(special)
