# calls:
#   as_a_value -> as_a_value.build
#   as_a_value -> as_a_value.Cat.speak
#   as_a_value.build -> as_a_value.Cat.__init__

class Cat:
    def __init__(self):
        pass

    def speak(self):
        pass


def build(kind):
    return kind()


build(Cat).speak()
