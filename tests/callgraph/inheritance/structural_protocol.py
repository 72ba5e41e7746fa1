# calls:
#   structural_protocol.use -> structural_protocol.Remote.get
#   structural_protocol -> structural_protocol.use

from typing import Protocol


class Store(Protocol):
    def get(self, key): ...

    def put(self, key, value): ...


class Remote:
    def get(self, key):
        pass

    def put(self, key, value):
        pass


class Half:
    def get(self, key):
        pass


class Other:
    def get(self, place):
        pass

    def put(self, place, value):
        pass


def use(store: Store):
    store.get("a")


use(Remote())
