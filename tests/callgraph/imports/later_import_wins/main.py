# calls:
#   main -> two.act

from one import act
from two import act

act()
