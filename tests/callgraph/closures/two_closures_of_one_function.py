# calls:
#   two_closures_of_one_function -> two_closures_of_one_function.make
#   two_closures_of_one_function -> two_closures_of_one_function.make.run
#   two_closures_of_one_function -> two_closures_of_one_function.blue

def make(job):
    def run():
        return job

    return run


def red():
    pass


def blue():
    pass


first = make(red)
second = make(blue)
second()()
