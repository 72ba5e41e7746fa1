# calls:
#   static_and_class_methods -> static_and_class_methods.Tool.build
#   static_and_class_methods -> static_and_class_methods.Tool.use
#   static_and_class_methods.Tool.use -> static_and_class_methods.Tool.plain

class Tool:
    @staticmethod
    def plain():
        pass

    @classmethod
    def build(cls):
        return cls()

    def use(self):
        self.plain()


Tool.build().use()
