# calls:
#   attribute_of_function -> attribute_of_function.on_save

def save():
    pass


def on_save():
    pass


save.hook = on_save
save.hook()
