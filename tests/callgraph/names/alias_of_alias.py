# calls:
#   alias_of_alias -> alias_of_alias.brew

def brew():
    pass


first = brew
second = first
third = second
third()
