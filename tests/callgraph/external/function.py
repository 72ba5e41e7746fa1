# calls:
#   function -> json.dumps

import json

json.dumps({})
