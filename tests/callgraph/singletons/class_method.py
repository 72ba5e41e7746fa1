# calls:
#   class_method -> class_method.Client.instance
#   class_method -> class_method.Client.get

class Client:
    _instance = None

    @classmethod
    def instance(cls):
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def get(self):
        pass


Client.instance().get()
