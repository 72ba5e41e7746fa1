# calls:
#   global_statement -> global_statement.choose
#   global_statement -> global_statement.quick

def quick():
    pass


def slow():
    pass


mode = slow


def choose():
    global mode
    mode = quick


choose()
mode()
