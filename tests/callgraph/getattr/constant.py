# calls:
#   constant -> <builtin>.getattr
#   constant -> constant.Robot.walk

class Robot:
    def walk(self):
        pass


getattr(Robot(), "walk")()
