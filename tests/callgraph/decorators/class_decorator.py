# calls:
#   class_decorator -> class_decorator.plugin
#   class_decorator -> class_decorator.Tool.use

def plugin(cls):
    return cls


@plugin
class Tool:
    def use(self):
        pass


Tool().use()
