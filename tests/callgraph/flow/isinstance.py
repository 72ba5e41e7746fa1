# calls:
#   isinstance -> isinstance.handle
#   isinstance.handle -> <builtin>.isinstance
#   isinstance.handle -> isinstance.Dog.fetch
#   isinstance.handle -> isinstance.Cat.speak

class Cat:
    def speak(self):
        pass


class Dog:
    def speak(self):
        pass

    def fetch(self):
        pass


def handle(pet):
    if isinstance(pet, Dog):
        pet.fetch()
    else:
        pet.speak()


handle(Cat())
handle(Dog())
