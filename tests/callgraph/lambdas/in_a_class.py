# calls:
#   in_a_class -> in_a_class.Rules.<lambda1>
#   in_a_class.Rules.<lambda1> -> in_a_class.Rules.inner

class Rules:
    check = lambda self: self.inner()

    def inner(self):
        pass


Rules().check()
