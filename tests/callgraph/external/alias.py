# calls:
#   alias -> os.path.join

from os import path as p

p.join("a", "b")
