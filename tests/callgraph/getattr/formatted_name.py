# calls:
#   formatted_name -> <builtin>.input
#   formatted_name -> formatted_name.Visitor.visit
#   formatted_name.Visitor.visit -> <builtin>.getattr
#   formatted_name.Visitor.visit -> formatted_name.Visitor.visit_name
#   formatted_name.Visitor.visit -> formatted_name.Visitor.visit_call

class Visitor:
    def visit(self, kind):
        getattr(self, f"visit_{kind}")()

    def visit_name(self):
        pass

    def visit_call(self):
        pass

    def leave(self):
        pass


Visitor().visit(input())
