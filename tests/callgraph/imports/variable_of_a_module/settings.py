def handle():
    pass


handler = handle
