# calls:
#   result_of_the_wrapped -> result_of_the_wrapped.cached
#   result_of_the_wrapped -> result_of_the_wrapped.cached.wrapper
#   result_of_the_wrapped -> result_of_the_wrapped.Boat.sail
#   result_of_the_wrapped -> result_of_the_wrapped.Car.drive
#   result_of_the_wrapped.cached.wrapper -> result_of_the_wrapped.car
#   result_of_the_wrapped.cached.wrapper -> result_of_the_wrapped.boat

class Car:
    def drive(self):
        pass


class Boat:
    def sail(self):
        pass


def cached(function):
    def wrapper():
        return function()

    return wrapper


@cached
def car():
    return Car()


@cached
def boat():
    return Boat()


boat().sail()
car().drive()
