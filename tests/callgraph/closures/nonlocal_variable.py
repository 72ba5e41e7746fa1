# calls:
#   nonlocal_variable -> nonlocal_variable.counter
#   nonlocal_variable.counter -> nonlocal_variable.counter.advance
#   nonlocal_variable.counter -> nonlocal_variable.go

def counter():
    step = start

    def advance():
        nonlocal step
        step = go

    advance()
    step()


def start():
    pass


def go():
    pass


counter()
