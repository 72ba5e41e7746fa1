# calls:
#   function_and_its_argument -> function_and_its_argument.run
#   function_and_its_argument.run -> function_and_its_argument.apply
#   function_and_its_argument.apply -> function_and_its_argument.leaf

def leaf():
    pass


def apply(job):
    job()


def run(tool, job):
    tool(job)


run(apply, leaf)
