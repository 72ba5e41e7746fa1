# calls:
#   main -> <builtin>.getattr
#   main -> helpers.run

import helpers

getattr(helpers, "run")()
