# calls:
#   variable_of_the_enclosing_function -> variable_of_the_enclosing_function.make
#   variable_of_the_enclosing_function -> variable_of_the_enclosing_function.make.run
#   variable_of_the_enclosing_function.make.run -> variable_of_the_enclosing_function.leaf

def make(job):
    def run():
        job()

    return run


def leaf():
    pass


make(leaf)()
