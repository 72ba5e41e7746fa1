# calls:
#   main -> tools.run
#   tools.run -> tools.helper

from tools import run as go

go()
