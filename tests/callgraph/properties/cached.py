# calls:
#   cached -> functools.cached_property
#   cached -> cached.Room.owner
#   cached -> cached.Person.call

from functools import cached_property


class Room:
    @cached_property
    def owner(self):
        return Person()


class Person:
    def call(self):
        pass


Room().owner.call()
