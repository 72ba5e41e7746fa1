# calls:
#   awaited.fetch -> awaited.parse

async def fetch():
    await parse()


async def parse():
    pass
