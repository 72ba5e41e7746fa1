# calls:
#   generator_method_as_iter -> generator_method_as_iter.Steps.__iter__
#   generator_method_as_iter -> generator_method_as_iter.leaf

class Steps:
    def __iter__(self):
        yield leaf


def leaf():
    pass


for step in Steps():
    step()
