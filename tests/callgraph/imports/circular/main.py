# calls:
#   main -> left.start
#   left.start -> right.go
#   right.go -> left.end

import left

left.start()
