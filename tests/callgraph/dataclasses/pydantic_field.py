# calls:
#   pydantic_field.use -> pydantic_field.Car.drive
#   pydantic_field.Car.drive -> pydantic_field.Engine.start

from pydantic import BaseModel


class Engine(BaseModel):
    def start(self):
        pass


class Car(BaseModel):
    engine: Engine

    def drive(self):
        self.engine.start()


def use(car: Car):
    car.drive()
