# calls:
#   main -> shop.check
#   shop -> <builtin>.int
#   shop.check -> base.wrapped

from shop import check

check()
