# calls:
#   library_base -> toolkit.Widget.__init__
#   library_base -> library_base.Panel.draw
#   library_base.Panel.draw -> toolkit.Widget.refresh

from toolkit import Widget


class Panel(Widget):
    def draw(self):
        self.refresh()


Panel().draw()
