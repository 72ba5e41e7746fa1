# calls:
#   descriptor -> descriptor.Field.__set__
#   descriptor -> descriptor.Field.__get__
#   descriptor -> descriptor.leaf

class Field:
    def __get__(self, obj, owner):
        return leaf

    def __set__(self, obj, value):
        pass


def leaf():
    pass


class Form:
    name = Field()


form = Form()
form.name = 1
form.name()
