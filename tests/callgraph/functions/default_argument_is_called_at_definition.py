# calls:
#   default_argument_is_called_at_definition -> default_argument_is_called_at_definition.make
#   default_argument_is_called_at_definition -> default_argument_is_called_at_definition.use

def make():
    return 1


def use(value=make()):
    return value


use()
