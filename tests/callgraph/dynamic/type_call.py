# calls:
#   type_call -> <builtin>.type
# misses:
#   type_call -> type_call.speak

def speak(self):
    pass


Robot = type("Robot", (), {"speak": speak})
Robot().speak()
