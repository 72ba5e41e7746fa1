# calls:
#   with_arguments -> with_arguments.retry
#   with_arguments -> with_arguments.retry.decorate
#   with_arguments -> with_arguments.retry.decorate.wrapper
#   with_arguments.retry.decorate.wrapper -> with_arguments.work

def retry(times):
    def decorate(function):
        def wrapper():
            return function()

        return wrapper

    return decorate


@retry(3)
def work():
    pass


work()
