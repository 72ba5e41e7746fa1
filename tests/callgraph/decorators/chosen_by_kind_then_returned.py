# calls:
#   chosen_by_kind_then_returned -> asyncio.run
#   chosen_by_kind_then_returned -> chosen_by_kind_then_returned.traced
#   chosen_by_kind_then_returned -> chosen_by_kind_then_returned.traced.async_wrapper
#   chosen_by_kind_then_returned -> chosen_by_kind_then_returned.traced.wrapper
#   chosen_by_kind_then_returned.traced -> asyncio.iscoroutinefunction
#   chosen_by_kind_then_returned.traced -> functools.wraps
#   chosen_by_kind_then_returned.traced.async_wrapper -> chosen_by_kind_then_returned.fetch
#   chosen_by_kind_then_returned.traced.async_wrapper -> chosen_by_kind_then_returned.awaited
#   chosen_by_kind_then_returned.traced.wrapper -> chosen_by_kind_then_returned.work
#   chosen_by_kind_then_returned.traced.wrapper -> chosen_by_kind_then_returned.plain

import asyncio
import functools


def awaited():
    pass


def plain():
    pass


def traced(function):
    @functools.wraps(function)
    async def async_wrapper(*args):
        awaited()
        return await function(*args)

    @functools.wraps(function)
    def wrapper(*args):
        plain()
        return function(*args)

    if asyncio.iscoroutinefunction(function):
        return async_wrapper
    return wrapper


@traced
async def fetch():
    pass


@traced
def work():
    pass


work()
asyncio.run(fetch())
