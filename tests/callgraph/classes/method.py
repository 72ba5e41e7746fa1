# calls:
#   method -> method.Lamp.on

class Lamp:
    def on(self):
        pass


Lamp().on()
