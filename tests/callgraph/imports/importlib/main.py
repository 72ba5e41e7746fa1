# calls:
#   main -> importlib.import_module
#   main -> tools.run

import importlib

importlib.import_module("tools").run()
