# calls:
#   alias -> alias.brew

def brew():
    pass


drink = brew
drink()
