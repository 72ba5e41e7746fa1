# calls:
#   annotated_only.use -> annotated_only.Robot.walk

class Robot:
    def walk(self):
        pass


def use(robot: Robot):
    robot.walk()
