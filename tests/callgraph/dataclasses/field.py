# calls:
#   field -> dataclasses.dataclass
#   field -> field.Car.drive
#   field.Car.drive -> field.Engine.start

from dataclasses import dataclass


class Engine:
    def start(self):
        pass


@dataclass
class Car:
    engine: Engine

    def drive(self):
        self.engine.start()


Car(Engine()).drive()
