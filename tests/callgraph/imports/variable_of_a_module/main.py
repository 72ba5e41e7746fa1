# calls:
#   main -> settings.handle

import settings

settings.handler()
