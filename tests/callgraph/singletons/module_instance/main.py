# calls:
#   main -> main.run
#   main.run -> store.Client.get

import store


def run():
    store.client.get()


run()
