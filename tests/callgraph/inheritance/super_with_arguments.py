# calls:
#   super_with_arguments -> super_with_arguments.Heir.work
#   super_with_arguments.Heir.work -> <builtin>.super
#   super_with_arguments.Heir.work -> super_with_arguments.Base.work

class Base:
    def work(self):
        pass


class Heir(Base):
    def work(self):
        super(Heir, self).work()


Heir().work()
