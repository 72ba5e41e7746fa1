# calls:
#   main -> tools.run

from tools import *

run()
