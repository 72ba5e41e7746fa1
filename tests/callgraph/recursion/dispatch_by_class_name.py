# calls:
#   dispatch_by_class_name -> dispatch_by_class_name.Sum.__init__
#   dispatch_by_class_name -> dispatch_by_class_name.Node.accept
#   dispatch_by_class_name.Node.accept -> <builtin>.getattr
#   dispatch_by_class_name.Node.accept -> <builtin>.type
#   dispatch_by_class_name.Node.accept -> dispatch_by_class_name.Printer.visit_Sum
#   dispatch_by_class_name.Node.accept -> dispatch_by_class_name.Printer.visit_Number
#   dispatch_by_class_name.Printer.visit_Sum -> dispatch_by_class_name.Node.accept

class Node:
    def accept(self, visitor):
        return getattr(visitor, "visit_" + type(self).__name__)(self)


class Number(Node):
    pass


class Sum(Node):
    def __init__(self, left, right):
        self.left, self.right = left, right


class Printer:
    def visit_Number(self, node):
        pass

    def visit_Sum(self, node):
        node.left.accept(self)

    def visit_Other(self, node):
        pass


Sum(Number(), Number()).accept(Printer())
