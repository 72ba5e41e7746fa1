# calls:
#   object_in_attribute -> object_in_attribute.Car.__init__
#   object_in_attribute -> object_in_attribute.Car.drive
#   object_in_attribute.Car.drive -> object_in_attribute.Engine.start

class Engine:
    def start(self):
        pass


class Car:
    def __init__(self):
        self.engine = Engine()

    def drive(self):
        self.engine.start()


Car().drive()
