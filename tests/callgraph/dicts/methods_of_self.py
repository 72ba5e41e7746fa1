# calls:
#   methods_of_self -> methods_of_self.Editor.__init__
#   methods_of_self -> methods_of_self.Editor.run
#   methods_of_self.Editor.run -> methods_of_self.Editor.save

class Editor:
    def __init__(self):
        self.commands = {"save": self.save, "quit": self.quit}

    def run(self, name):
        self.commands[name]()

    def save(self):
        pass

    def quit(self):
        pass


Editor().run("save")
