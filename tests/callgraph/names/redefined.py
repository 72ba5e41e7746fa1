# calls:
#   redefined -> redefined.task
#   redefined -> redefined.run
#   redefined.task -> redefined.first
#   redefined.run -> redefined.second

def task():
    first()


def first():
    pass


def second():
    pass


task()


def run():
    second()


run()
