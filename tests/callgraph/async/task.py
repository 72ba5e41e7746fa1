# calls:
#   task.main -> asyncio.create_task
#   task.main -> task.work

import asyncio


async def work():
    pass


async def main():
    task = asyncio.create_task(work())
    await task
