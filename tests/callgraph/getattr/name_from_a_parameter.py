# calls:
#   name_from_a_parameter -> name_from_a_parameter.do
#   name_from_a_parameter.do -> <builtin>.getattr
#   name_from_a_parameter.do -> name_from_a_parameter.Robot.talk

class Robot:
    def walk(self):
        pass

    def talk(self):
        pass


def do(robot, action):
    getattr(robot, action)()


do(Robot(), "talk")
