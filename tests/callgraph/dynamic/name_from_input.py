# calls:
#   name_from_input -> <builtin>.input
#   name_from_input -> <builtin>.getattr
# misses:
#   name_from_input -> name_from_input.Robot.walk

class Robot:
    def walk(self):
        pass


name = input()
getattr(Robot(), name)()
