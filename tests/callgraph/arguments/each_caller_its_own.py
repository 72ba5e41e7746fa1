# calls:
#   each_caller_its_own -> each_caller_its_own.same
#   each_caller_its_own -> each_caller_its_own.blue

def red():
    pass


def blue():
    pass


def same(job):
    return job


same(red)
same(blue)()
