# calls:
#   inherited_method -> inherited_method.Base.work

class Base:
    def work(self):
        pass


class Heir(Base):
    pass


Heir().work()
