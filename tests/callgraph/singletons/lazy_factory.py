# calls:
#   lazy_factory -> lazy_factory.client
#   lazy_factory -> lazy_factory.Client.get

class Client:
    def get(self):
        pass


_client = None


def client():
    global _client
    if _client is None:
        _client = Client()
    return _client


client().get()
