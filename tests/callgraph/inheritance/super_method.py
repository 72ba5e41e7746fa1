# calls:
#   super_method -> super_method.Heir.work
#   super_method.Heir.work -> <builtin>.super
#   super_method.Heir.work -> super_method.Base.work

class Base:
    def work(self):
        pass


class Heir(Base):
    def work(self):
        super().work()


Heir().work()
