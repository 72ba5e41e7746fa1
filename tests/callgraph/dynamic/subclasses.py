# calls:
#   subclasses -> subclasses.Mail.run

class Plugin:
    pass


class Mail(Plugin):
    def run(self):
        pass


for cls in Plugin.__subclasses__():
    cls().run()
