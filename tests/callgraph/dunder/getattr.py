# calls:
#   getattr -> getattr.Proxy.__init__
#   getattr -> getattr.Proxy.__getattr__
#   getattr -> getattr.Real.work
#   getattr.Proxy.__getattr__ -> <builtin>.getattr

class Proxy:
    def __init__(self, target):
        self.target = target

    def __getattr__(self, name):
        return getattr(self.target, name)


class Real:
    def work(self):
        pass


Proxy(Real()).work()
