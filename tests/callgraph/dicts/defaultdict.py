# calls:
#   defaultdict -> collections.defaultdict
#   defaultdict -> defaultdict.one

from collections import defaultdict


def one():
    pass


hooks = defaultdict(list)
hooks["start"].append(one)
for hook in hooks["start"]:
    hook()
