# calls:
#   breaker_of_the_project -> breaker_of_the_project.Breaker.call
#   breaker_of_the_project.Breaker.call -> breaker_of_the_project.Breaker._guarded
#   breaker_of_the_project.Breaker._guarded -> breaker_of_the_project.fetch

class Breaker:
    def call(self, function, *args):
        return self._guarded(function, *args)

    def _guarded(self, function, *args):
        return function(*args)


def fetch(n):
    pass


Breaker().call(fetch, 1)
