# calls:
#   of_classes -> of_classes.Post.send

class Mail:
    def send(self):
        pass


class Post:
    def send(self):
        pass


KINDS = {"mail": Mail, "post": Post}
KINDS["post"]().send()
