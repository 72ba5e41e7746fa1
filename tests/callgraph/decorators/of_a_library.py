# calls:
#   of_a_library -> functools.lru_cache
#   of_a_library -> of_a_library.load

import functools


@functools.lru_cache(maxsize=None)
def load():
    pass


load()
