# calls:
#   class_method_of_an_heir -> class_method_of_an_heir.Base.build
#   class_method_of_an_heir -> class_method_of_an_heir.Heir.use
#   class_method_of_an_heir.Base.build -> class_method_of_an_heir.Heir.__init__

class Base:
    @classmethod
    def build(cls):
        return cls()


class Heir(Base):
    def __init__(self):
        pass

    def use(self):
        pass


Heir.build().use()
