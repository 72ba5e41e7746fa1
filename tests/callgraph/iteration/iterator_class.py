# calls:
#   iterator_class -> iterator_class.Steps.__iter__
#   iterator_class -> iterator_class.Steps.__next__
#   iterator_class -> iterator_class.leaf

class Steps:
    def __iter__(self):
        return self

    def __next__(self):
        return leaf


def leaf():
    pass


for step in Steps():
    step()
