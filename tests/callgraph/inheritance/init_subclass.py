# calls:
#   init_subclass -> init_subclass.Base.__init_subclass__
#   init_subclass.Base.__init_subclass__ -> init_subclass.register

class Base:
    def __init_subclass__(cls):
        register(cls)


def register(cls):
    pass


class Heir(Base):
    pass
