# calls:
#   len_str_bool -> <builtin>.len
#   len_str_bool -> <builtin>.str
#   len_str_bool -> len_str_bool.Bag.__len__
#   len_str_bool -> len_str_bool.Bag.__str__
#   len_str_bool -> len_str_bool.Bag.__bool__

class Bag:
    def __len__(self):
        return 0

    def __str__(self):
        return ""

    def __bool__(self):
        return True


bag = Bag()
len(bag)
str(bag)
if bag:
    pass
