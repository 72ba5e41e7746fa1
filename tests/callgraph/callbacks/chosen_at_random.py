# calls:
#   chosen_at_random -> random.choice
#   chosen_at_random -> chosen_at_random.one
#   chosen_at_random -> chosen_at_random.two

import random


def one():
    pass


def two():
    pass


random.choice([one, two])()
