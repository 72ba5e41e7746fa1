# calls:
#   star_parameter -> star_parameter.run
#   star_parameter.run -> star_parameter.one
#   star_parameter.run -> star_parameter.two

def one():
    pass


def two():
    pass


def run(*jobs):
    for job in jobs:
        job()


run(one, two)
