# calls:
#   sort_keys -> <builtin>.sorted
#   sort_keys -> sort_keys.by_name
#   sort_keys -> sort_keys.by_size
#   sort_keys -> <builtin>.max
#   sort_keys -> sort_keys.<lambda1>

def by_name(item):
    return item


def by_size(item):
    return item


items = [3, 1]
sorted(items, key=by_name)
items.sort(key=by_size)
max(items, key=lambda item: item)
