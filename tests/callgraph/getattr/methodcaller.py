# calls:
#   methodcaller -> operator.methodcaller
# misses:
#   methodcaller -> methodcaller.Robot.walk

import operator


class Robot:
    def walk(self):
        pass


operator.methodcaller("walk")(Robot())
