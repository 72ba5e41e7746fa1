# calls:
#   separate_iterator -> separate_iterator.Steps.__iter__
#   separate_iterator -> separate_iterator.Walker.__next__

class Steps:
    def __iter__(self):
        return Walker()


class Walker:
    def __next__(self):
        raise StopIteration


for step in Steps():
    pass
