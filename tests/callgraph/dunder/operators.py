# calls:
#   operators -> operators.Money.__add__
#   operators -> operators.Money.__neg__
#   operators -> operators.Money.__eq__
#   operators -> operators.Money.__lt__

class Money:
    def __add__(self, other):
        return self

    def __neg__(self):
        return self

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True


a = Money() + Money()
b = -a
a == b
a < b
