# calls:
#   asynchronous.main -> asynchronous.Feed.__aiter__
#   asynchronous.main -> asynchronous.Feed.__anext__
#   asynchronous.main -> asynchronous.leaf

class Feed:
    def __aiter__(self):
        return self

    async def __anext__(self):
        return leaf


def leaf():
    pass


async def main():
    async for item in Feed():
        item()
