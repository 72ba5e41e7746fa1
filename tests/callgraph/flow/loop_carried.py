# calls:
#   loop_carried -> loop_carried.first
#   loop_carried -> loop_carried.second

import os


def first():
    pass


def second():
    pass


step = first
while os.environ:
    step()
    step = second
