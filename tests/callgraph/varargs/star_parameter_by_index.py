# calls:
#   star_parameter_by_index -> star_parameter_by_index.run
#   star_parameter_by_index.run -> star_parameter_by_index.two

def one():
    pass


def two():
    pass


def run(*jobs):
    jobs[1]()


run(one, two)
