# calls:
#   result_that_is_called -> toolkit.factory

import toolkit

make = toolkit.factory("x")
make()
