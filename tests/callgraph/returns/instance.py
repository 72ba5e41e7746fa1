# calls:
#   instance -> instance.build
#   instance -> instance.Robot.walk

class Robot:
    def walk(self):
        pass


def build():
    return Robot()


build().walk()
