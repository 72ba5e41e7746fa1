# calls:
#   nested_class -> nested_class.Outer.make
#   nested_class -> nested_class.Outer.Inner.work

class Outer:
    class Inner:
        def work(self):
            pass

    def make(self):
        return Outer.Inner()


Outer().make().work()
