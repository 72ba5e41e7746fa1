# calls:
#   call_of_a_call -> call_of_a_call.outer
#   call_of_a_call -> call_of_a_call.outer.middle
#   call_of_a_call -> call_of_a_call.outer.middle.inner

def outer():
    def middle():
        def inner():
            pass

        return inner

    return middle


outer()()()
