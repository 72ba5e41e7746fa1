# calls:
#   super_init_keeps_the_attribute -> super_init_keeps_the_attribute.Heir.__init__
#   super_init_keeps_the_attribute -> super_init_keeps_the_attribute.Heir.go
#   super_init_keeps_the_attribute.Heir.__init__ -> <builtin>.super
#   super_init_keeps_the_attribute.Heir.__init__ -> super_init_keeps_the_attribute.Base.__init__
#   super_init_keeps_the_attribute.Heir.go -> super_init_keeps_the_attribute.leaf

class Base:
    def __init__(self, action):
        self.action = action


class Heir(Base):
    def __init__(self, action):
        super().__init__(action)

    def go(self):
        self.action()


def leaf():
    pass


Heir(leaf).go()
