# calls:
#   items -> items.Shelf.__setitem__
#   items -> items.Shelf.__getitem__
#   items -> items.pick
#   items -> items.Shelf.__contains__
#   items -> items.Shelf.__delitem__

class Shelf:
    def __getitem__(self, key):
        return pick

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __contains__(self, key):
        return True


def pick():
    pass


shelf = Shelf()
shelf["a"] = 1
shelf["a"]()
"a" in shelf
del shelf["a"]
