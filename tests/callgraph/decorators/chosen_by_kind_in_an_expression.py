# calls:
#   chosen_by_kind_in_an_expression -> asyncio.run
#   chosen_by_kind_in_an_expression -> chosen_by_kind_in_an_expression.main
#   chosen_by_kind_in_an_expression -> chosen_by_kind_in_an_expression.traced
#   chosen_by_kind_in_an_expression.main -> chosen_by_kind_in_an_expression.traced.async_wrapper
#   chosen_by_kind_in_an_expression.main -> chosen_by_kind_in_an_expression.traced.wrapper
#   chosen_by_kind_in_an_expression.traced -> inspect.iscoroutinefunction
#   chosen_by_kind_in_an_expression.traced.async_wrapper -> chosen_by_kind_in_an_expression.awaited
#   chosen_by_kind_in_an_expression.traced.async_wrapper -> chosen_by_kind_in_an_expression.fetch
#   chosen_by_kind_in_an_expression.traced.wrapper -> chosen_by_kind_in_an_expression.plain
#   chosen_by_kind_in_an_expression.traced.wrapper -> chosen_by_kind_in_an_expression.work

import asyncio
import inspect


def awaited():
    pass


def plain():
    pass


def traced(function):
    async def async_wrapper(*args):
        awaited()
        return await function(*args)

    def wrapper(*args):
        plain()
        return function(*args)

    return async_wrapper if inspect.iscoroutinefunction(function) else wrapper


@traced
def work():
    pass


@traced
async def fetch():
    pass


async def main():
    await fetch()
    work()


asyncio.run(main())
