# calls:
#   chosen_by_kind_in_branches -> asyncio.run
#   chosen_by_kind_in_branches -> chosen_by_kind_in_branches.main
#   chosen_by_kind_in_branches -> chosen_by_kind_in_branches.traced
#   chosen_by_kind_in_branches -> chosen_by_kind_in_branches.traced.decorate
#   chosen_by_kind_in_branches.main -> chosen_by_kind_in_branches.traced.decorate.awaiting
#   chosen_by_kind_in_branches.main -> chosen_by_kind_in_branches.traced.decorate.calling
#   chosen_by_kind_in_branches.traced.decorate -> inspect.iscoroutinefunction
#   chosen_by_kind_in_branches.traced.decorate.awaiting -> chosen_by_kind_in_branches.awaited
#   chosen_by_kind_in_branches.traced.decorate.awaiting -> chosen_by_kind_in_branches.fetch
#   chosen_by_kind_in_branches.traced.decorate.calling -> chosen_by_kind_in_branches.plain
#   chosen_by_kind_in_branches.traced.decorate.calling -> chosen_by_kind_in_branches.work

import asyncio
import inspect


def awaited():
    pass


def plain():
    pass


def traced(name):
    def decorate(function):
        if inspect.iscoroutinefunction(function):

            async def awaiting(*args):
                awaited()
                return await function(*args)

            return awaiting
        else:

            def calling(*args):
                plain()
                return function(*args)

            return calling

    return decorate


@traced("fetch")
async def fetch():
    pass


@traced("work")
def work():
    pass


async def main():
    await fetch()
    work()


asyncio.run(main())
