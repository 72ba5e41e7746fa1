# calls:
#   asynchronous.main -> asynchronous.Pool.__aenter__
#   asynchronous.main -> asynchronous.Pool.run
#   asynchronous.main -> asynchronous.Pool.__aexit__

class Pool:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def run(self):
        pass


async def main():
    async with Pool() as pool:
        await pool.run()
