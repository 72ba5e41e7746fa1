# calls:
#   constructor -> constructor.Lamp.__init__
#   constructor.Lamp.__init__ -> constructor.Lamp.reset

class Lamp:
    def __init__(self):
        self.reset()

    def reset(self):
        pass


Lamp()
