# calls:
#   main -> shop.till.sell

from shop import sell

sell()
