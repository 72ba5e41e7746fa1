# calls:
#   main -> tools.run

import tools

tools.run()
