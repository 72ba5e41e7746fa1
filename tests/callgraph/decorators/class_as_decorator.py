# calls:
#   class_as_decorator -> class_as_decorator.Counted.__init__
#   class_as_decorator -> class_as_decorator.Counted.__call__
#   class_as_decorator.Counted.__call__ -> class_as_decorator.work

class Counted:
    def __init__(self, function):
        self.function = function

    def __call__(self):
        self.function()


@Counted
def work():
    pass


work()
