# calls:
#   order_of_bases -> order_of_bases.Right.name

class Top:
    def name(self):
        pass


class Left(Top):
    pass


class Right(Top):
    def name(self):
        pass


class Bottom(Left, Right):
    pass


Bottom().name()
