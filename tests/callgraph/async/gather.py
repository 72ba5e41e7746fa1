# calls:
#   gather -> asyncio.run
#   gather -> gather.main
#   gather.main -> asyncio.gather
#   gather.main -> gather.one
#   gather.main -> gather.two

import asyncio


async def one():
    pass


async def two():
    pass


async def main():
    await asyncio.gather(one(), two())


asyncio.run(main())
