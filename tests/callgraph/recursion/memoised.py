# calls:
#   memoised -> memoised.remember
#   memoised -> memoised.remember.inner
#   memoised.remember.inner -> memoised.count
#   memoised.count -> memoised.remember.inner

def remember(function):
    known = {}

    def inner(n):
        if n not in known:
            known[n] = function(n)
        return known[n]

    return inner


@remember
def count(n):
    return 0 if n == 0 else count(n - 1)


count(3)
