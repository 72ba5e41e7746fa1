# calls:
#   defined_in_branch -> defined_in_branch.work
#   defined_in_branch -> defined_in_branch.idle

import sys

if sys.platform:
    def work():
        pass
else:
    def idle():
        pass

    work = idle

work()
