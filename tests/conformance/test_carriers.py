"""Carriers: what they are handed where their row says is really called, while the caller waits or beside it."""

from __future__ import annotations

import asyncio
import builtins
import concurrent.futures
import contextvars
import functools
import inspect
import threading

import pytest

PROCESSES = {
    "concurrent.futures.ProcessPoolExecutor().submit": concurrent.futures.ProcessPoolExecutor.submit,
    "multiprocessing.Process": __import__("multiprocessing").Process,
}
"""Called in another process: only the place of their argument is looked at."""
ABSENT = frozenset({"lazy_object_proxy.Proxy"})
"""Those of libraries that tests do not install."""


class Told:
    """Counts its calls, as a function and as a coroutine function."""

    def __init__(self) -> None:
        self.calls = 0

    def plain(self, *_):
        self.calls += 1

    async def coroutine(self, *_):
        self.calls += 1


def coroutine_of(call):
    """For carriers of coroutines: the function is called where the coroutine is made."""

    async def run(told):
        await call(told.coroutine())

    return run


def waits(call):
    async def run(told):
        answer = call(told.plain)
        if inspect.isawaitable(answer):
            await answer
        elif inspect.isasyncgen(answer):
            [one async for one in answer]

    return run


def threads(told, call):
    """Something that begins a thread, which is waited for."""
    made = call(told.plain)
    made.start()
    made.join()


async def from_thread(told, call):
    await asyncio.to_thread(call, told)


async def tasks(told, cls):
    made = cls()
    made.add_task(told.plain)
    await made()


def cases():
    """By the carrier's name: what is done with a `Told`, whose calls are then looked at."""
    import anyio
    import asgiref.sync
    import django.utils.functional
    import fastapi
    import fastapi.concurrency
    import starlette.background
    import starlette.concurrency

    async def in_a_worker(told):
        await anyio.to_thread.run_sync(anyio.from_thread.run, told.coroutine)

    async def threadsafe(told):
        loop = asyncio.get_running_loop()
        await from_thread(told, lambda one: asyncio.run_coroutine_threadsafe(one.coroutine(), loop).result())

    async def apart(told, run):
        await from_thread(told, run)

    async def timer(told):
        threads(told, lambda f: threading.Timer(0, f))

    async def thread(told):
        threads(told, lambda f: threading.Thread(None, f))
        threads(told, lambda f: threading.Thread(target=f))
        told.calls -= 1

    return {
        "starlette.concurrency.run_in_threadpool": waits(starlette.concurrency.run_in_threadpool),
        "fastapi.concurrency.run_in_threadpool": waits(fastapi.concurrency.run_in_threadpool),
        "asyncio.to_thread": waits(asyncio.to_thread),
        "anyio.to_thread.run_sync": waits(anyio.to_thread.run_sync),
        "functools.partial": waits(lambda f: functools.partial(f)()),
        "contextvars.Context().run": waits(lambda f: contextvars.Context().run(f)),
        "contextvars.copy_context().run": waits(lambda f: contextvars.copy_context().run(f)),
        "asyncio.run": functools.partial(apart, run=lambda told: asyncio.run(told.coroutine())),
        "anyio.run": functools.partial(apart, run=lambda told: anyio.run(told.coroutine)),
        "asyncio.run_coroutine_threadsafe": threadsafe,
        "anyio.from_thread.run": in_a_worker,
        "asgiref.sync.sync_to_async": waits(lambda f: asgiref.sync.sync_to_async(f)()),
        "asgiref.sync.async_to_sync": functools.partial(
            apart, run=lambda told: asgiref.sync.async_to_sync(told.coroutine)()
        ),
        "asyncio.wait_for": coroutine_of(lambda c: asyncio.wait_for(c, 1)),
        "asyncio.shield": coroutine_of(asyncio.shield),
        "asyncio.gather": coroutine_of(asyncio.gather),
        "starlette.concurrency.iterate_in_threadpool": waits(
            lambda f: starlette.concurrency.iterate_in_threadpool(f() for _ in range(1))
        ),
        "django.utils.functional.SimpleLazyObject": waits(lambda f: str(django.utils.functional.SimpleLazyObject(f))),
        "builtins.map": waits(lambda f: list(builtins.map(f, [1]))),
        "asyncio.get_event_loop().run_in_executor": waits(lambda f: asyncio.get_event_loop().run_in_executor(None, f)),
        "asyncio.get_running_loop().run_in_executor": waits(
            lambda f: asyncio.get_running_loop().run_in_executor(None, f)
        ),
        "asyncio.create_task": coroutine_of(asyncio.create_task),
        "asyncio.ensure_future": coroutine_of(asyncio.ensure_future),
        "asyncio.get_event_loop().create_task": coroutine_of(lambda c: asyncio.get_event_loop().create_task(c)),
        "asyncio.get_running_loop().create_task": coroutine_of(lambda c: asyncio.get_running_loop().create_task(c)),
        "starlette.background.BackgroundTasks().add_task": functools.partial(
            tasks, cls=starlette.background.BackgroundTasks
        ),
        "fastapi.BackgroundTasks().add_task": functools.partial(tasks, cls=fastapi.BackgroundTasks),
        "concurrent.futures.ThreadPoolExecutor().submit": waits(
            lambda f: concurrent.futures.ThreadPoolExecutor(1).submit(f).result()
        ),
        "threading.Thread": thread,
        "threading.Timer": timer,
    }


def test_carriers_call_what_they_are_handed():
    for name, act in cases().items():
        told = Told()
        asyncio.run(asyncio.wait_for(act(told), 10))
        assert told.calls == 1, name


def test_every_carrier_has_a_case(catalog):
    assert catalog.carriers.keys() - cases().keys() - PROCESSES.keys() - ABSENT == set()


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_carriers_to_other_processes_take_it_where_the_row_says(catalog, name):
    parameters = list(inspect.signature(PROCESSES[name]).parameters)
    parameters = parameters[1:] if parameters[0] == "self" else parameters
    row = catalog.carriers[name]
    assert parameters[row.argument] in ("fn", "target")
    assert row.keyword in ("", parameters[row.argument])


def test_carriers_that_nobody_waits_for_are_of_the_background(catalog):
    background = {name for name, row in catalog.carriers.items() if row.phase == "background"}
    words = ("task", "future", "submit", "Thread", "Timer", "Process")
    assert {
        name for name in catalog.carriers if name.endswith(words) and "run_in" not in name and "to_thread" not in name
    } == background
