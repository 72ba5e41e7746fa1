from parts import Engine


class Car:
    def __init__(self):
        self.engine = Engine()

    def drive(self):
        self.engine.start()
