# calls:
#   chosen_by_the_kind_of_a_wrapper -> asyncio.run
#   chosen_by_the_kind_of_a_wrapper -> chosen_by_the_kind_of_a_wrapper.finished
#   chosen_by_the_kind_of_a_wrapper -> chosen_by_the_kind_of_a_wrapper.traced
#   chosen_by_the_kind_of_a_wrapper -> chosen_by_the_kind_of_a_wrapper.traced.async_wrapper
#   chosen_by_the_kind_of_a_wrapper -> chosen_by_the_kind_of_a_wrapper.traced.wrapper
#   chosen_by_the_kind_of_a_wrapper.finished.run -> asyncio.run
#   chosen_by_the_kind_of_a_wrapper.finished.run -> chosen_by_the_kind_of_a_wrapper.fetch
#   chosen_by_the_kind_of_a_wrapper.traced -> inspect.iscoroutinefunction
#   chosen_by_the_kind_of_a_wrapper.traced.async_wrapper -> chosen_by_the_kind_of_a_wrapper.load
#   chosen_by_the_kind_of_a_wrapper.traced.wrapper -> chosen_by_the_kind_of_a_wrapper.finished.run

import asyncio
import inspect


def finished(function):
    def run(*args):
        return asyncio.run(function(*args))

    return run


def traced(function):
    async def async_wrapper(*args):
        return await function(*args)

    def wrapper(*args):
        return function(*args)

    is_async = inspect.iscoroutinefunction(function)
    if not is_async:
        return wrapper
    return async_wrapper


@traced
@finished
async def fetch():
    pass


@traced
async def load():
    pass


fetch()
asyncio.run(load())
