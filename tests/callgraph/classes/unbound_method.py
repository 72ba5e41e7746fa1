# calls:
#   unbound_method -> unbound_method.Lamp.on
#   unbound_method.Lamp.on -> unbound_method.Lamp.glow

class Lamp:
    def on(self):
        self.glow()

    def glow(self):
        pass


Lamp.on(Lamp())
