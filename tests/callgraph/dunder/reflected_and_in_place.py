# calls:
#   reflected_and_in_place -> reflected_and_in_place.Money.__radd__
#   reflected_and_in_place -> reflected_and_in_place.Money.__isub__

class Money:
    def __radd__(self, other):
        return self

    def __isub__(self, other):
        return self


total = 1 + Money()
total -= 2
