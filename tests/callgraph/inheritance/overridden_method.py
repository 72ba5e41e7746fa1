# calls:
#   overridden_method -> overridden_method.Heir.work

class Base:
    def work(self):
        pass


class Heir(Base):
    def work(self):
        pass


Heir().work()
