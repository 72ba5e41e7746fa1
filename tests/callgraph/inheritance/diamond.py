# calls:
#   diamond -> diamond.Left.work
#   diamond.Left.work -> <builtin>.super
#   diamond.Left.work -> diamond.Right.work
#   diamond.Right.work -> <builtin>.super
#   diamond.Right.work -> diamond.Top.work

class Top:
    def work(self):
        pass


class Left(Top):
    def work(self):
        super().work()


class Right(Top):
    def work(self):
        super().work()


class Bottom(Left, Right):
    pass


Bottom().work()
