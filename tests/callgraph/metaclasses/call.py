# calls:
#   call -> call.Single.__call__
#   call.Single.__call__ -> <builtin>.super
#   call.Single.__call__ -> call.Config.__init__

class Single(type):
    def __call__(cls):
        return super().__call__()


class Config(metaclass=Single):
    def __init__(self):
        pass


Config()
