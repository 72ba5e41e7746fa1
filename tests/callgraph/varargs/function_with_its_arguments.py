# calls:
#   function_with_its_arguments -> function_with_its_arguments.call
#   function_with_its_arguments.call -> function_with_its_arguments.apply
#   function_with_its_arguments.apply -> function_with_its_arguments.leaf

def leaf():
    pass


def apply(job):
    job()


def call(function, *args):
    function(*args)


call(apply, leaf)
