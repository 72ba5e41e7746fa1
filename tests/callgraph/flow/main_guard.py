# calls:
#   main_guard -> main_guard.main
#   main_guard.main -> main_guard.helper

def main():
    helper()


def helper():
    pass


if __name__ == "__main__":
    main()
