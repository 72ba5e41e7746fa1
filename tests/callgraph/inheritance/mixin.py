# calls:
#   mixin -> mixin.Logs.log
#   mixin.Logs.log -> mixin.Service.write

class Logs:
    def log(self):
        self.write()


class Service(Logs):
    def write(self):
        pass


Service().log()
