# calls:
#   listeners -> listeners.Bus.__init__
#   listeners -> listeners.Bus.on
#   listeners -> listeners.Bus.emit
#   listeners.Bus.emit -> listeners.heard

class Bus:
    def __init__(self):
        self.listeners = []

    def on(self, listener):
        self.listeners.append(listener)

    def emit(self):
        for listener in self.listeners:
            listener()


def heard():
    pass


bus = Bus()
bus.on(heard)
bus.emit()
