# calls:
#   exit_stack -> contextlib.ExitStack
#   exit_stack -> contextlib.ExitStack.enter_context
#   exit_stack -> exit_stack.Lock.__enter__
#   exit_stack -> exit_stack.Lock.hold
# misses:
#   exit_stack -> exit_stack.Lock.__exit__

from contextlib import ExitStack


class Lock:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def hold(self):
        pass


with ExitStack() as stack:
    stack.enter_context(Lock()).hold()
