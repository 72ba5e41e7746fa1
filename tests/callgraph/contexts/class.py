# calls:
#   class -> class.Lock.__enter__
#   class -> class.Lock.__exit__
#   class -> class.Lock.hold

class Lock:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def hold(self):
        pass


with Lock() as lock:
    lock.hold()
