# calls:
#   bound_method -> bound_method.Lamp.on

class Lamp:
    def on(self):
        pass


switch = Lamp().on
switch()
