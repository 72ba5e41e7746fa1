# calls:
#   event_decorator_method -> event_decorator_method.Bus.__init__
#   event_decorator_method -> event_decorator_method.Bus.on
#   event_decorator_method -> event_decorator_method.Bus.on.decorate
#   event_decorator_method -> event_decorator_method.Bus.emit
#   event_decorator_method.Bus.emit -> event_decorator_method.stopped

class Bus:
    def __init__(self):
        self.handlers = {}

    def on(self, event):
        def decorate(function):
            self.handlers.setdefault(event, []).append(function)
            return function

        return decorate

    def emit(self, event):
        for handler in self.handlers[event]:
            handler()


bus = Bus()


@bus.on("start")
def started():
    pass


@bus.on("stop")
def stopped():
    pass


bus.emit("stop")
