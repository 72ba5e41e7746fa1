# calls:
#   main -> main.run
#   main.run -> tools.work

def run():
    from tools import work

    work()


run()
