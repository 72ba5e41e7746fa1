# calls:
#   state_machine -> state_machine.Machine.__init__
#   state_machine -> <builtin>.range
#   state_machine -> state_machine.Machine.step
#   state_machine.Machine.step -> state_machine.Idle.next
#   state_machine.Machine.step -> state_machine.Busy.next

class Idle:
    def next(self):
        return Busy()


class Busy:
    def next(self):
        return Idle()


class Machine:
    def __init__(self):
        self.state = Idle()

    def step(self):
        self.state = self.state.next()


machine = Machine()
for _ in range(4):
    machine.step()
