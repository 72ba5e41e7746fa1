# calls:
#   to_thread.main -> asyncio.to_thread
#   to_thread.main -> to_thread.block

import asyncio


def block():
    pass


async def main():
    await asyncio.to_thread(block)
