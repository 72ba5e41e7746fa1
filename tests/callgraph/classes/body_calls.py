# calls:
#   body_calls -> body_calls.make

def make():
    return 1


class Config:
    value = make()
