# calls:
#   bound_method_as_callback -> bound_method_as_callback.after
#   bound_method_as_callback.after -> bound_method_as_callback.Page.load
#   bound_method_as_callback.Page.load -> bound_method_as_callback.Page.draw

class Page:
    def load(self):
        self.draw()

    def draw(self):
        pass


def after(action):
    action()


after(Page().load)
