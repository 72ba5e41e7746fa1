# calls:
#   caught -> caught.fail
#   caught -> caught.Broken.tell

class Broken(Exception):
    def tell(self):
        pass


def fail():
    raise Broken()


try:
    fail()
except Broken as error:
    error.tell()
