# calls:
#   main -> shop.till.sell

import shop.till

shop.till.sell()
