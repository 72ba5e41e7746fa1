# calls:
#   visitor -> visitor.Branch.__init__
#   visitor -> visitor.Branch.accept
#   visitor.Branch.accept -> visitor.Leaf.accept
#   visitor.Branch.accept -> visitor.Branch.accept
#   visitor.Leaf.accept -> visitor.Count.leaf

class Leaf:
    def accept(self, visitor):
        visitor.leaf(self)


class Branch:
    def __init__(self, parts):
        self.parts = parts

    def accept(self, visitor):
        for part in self.parts:
            part.accept(visitor)


class Count:
    def leaf(self, node):
        pass


Branch([Leaf(), Branch([Leaf()])]).accept(Count())
