# calls:
#   linked_list -> linked_list.Node.__init__
#   linked_list -> linked_list.Node.run
#   linked_list.Node.run -> linked_list.one
#   linked_list.Node.run -> linked_list.two
#   linked_list.Node.run -> linked_list.Node.run

class Node:
    def __init__(self, action, following=None):
        self.action = action
        self.following = following

    def run(self):
        self.action()
        if self.following is not None:
            self.following.run()


def one():
    pass


def two():
    pass


Node(one, Node(two)).run()
