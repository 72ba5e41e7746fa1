# calls:
#   main -> settings.run
#   settings.run -> main.special

import settings


def special():
    pass


settings.handler = special
settings.run()
