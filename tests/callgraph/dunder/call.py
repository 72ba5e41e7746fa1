# calls:
#   call -> call.Greeter.__call__

class Greeter:
    def __call__(self):
        pass


greet = Greeter()
greet()
