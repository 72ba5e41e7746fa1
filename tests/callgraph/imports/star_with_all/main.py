# calls:
#   main -> tools._odd

from tools import *

_odd()
