# calls:
#   abstract_base -> abc.abstractmethod
#   abstract_base -> abstract_base.Store.fetch
#   abstract_base.Store.fetch -> abstract_base.Memory.get

from abc import ABC, abstractmethod


class Store(ABC):
    @abstractmethod
    def get(self):
        pass

    def fetch(self):
        return self.get()


class Memory(Store):
    def get(self):
        pass


Memory().fetch()
