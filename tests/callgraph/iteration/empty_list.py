# calls:
#   empty_list -> empty_list.leaf

def leaf(item):
    pass


items = []
for item in items:
    leaf(item)
