"""Which coroutine functions a plain function holds up."""

from __future__ import annotations

from index_project import index_of

APP = """
import asyncio

from fastapi import Depends, FastAPI, BackgroundTasks
from starlette.concurrency import run_in_threadpool

app = FastAPI()

def work():
    return 1

"""


def callers(text: str) -> list[str]:
    index = index_of({"a.py": APP.lstrip() + text})
    work = next(f for f in index.functions("a.py") if f.name == "work")
    return [index.function(b.function).name for b in index.project.event_loop.blocked_by(work.value)]


def test_a_coroutine_function_that_calls_it_is_held_up() -> None:
    assert callers('@app.get("/")\nasync def show():\n    return work()\n') == ["show"]


def test_a_plain_function_in_between_stays_on_the_loop() -> None:
    text = 'def middle():\n    return work()\n\n@app.get("/")\nasync def show():\n    return middle()\n'
    assert callers(text) == ["show"]


def test_a_thread_in_between_ends_it() -> None:
    assert callers('@app.get("/")\nasync def show():\n    return await run_in_threadpool(work)\n') == []
    assert callers('@app.get("/")\nasync def show():\n    return await asyncio.to_thread(work)\n') == []


def test_plain_routes_dependencies_and_background_tasks_run_in_a_pool() -> None:
    assert callers('@app.get("/")\ndef show():\n    return work()\n') == []
    assert callers('@app.get("/")\nasync def show(value=Depends(work)):\n    return value\n') == []
    text = '@app.get("/")\nasync def show(tasks: BackgroundTasks):\n    tasks.add_task(work)\n'
    assert callers(text) == []


def test_a_coroutine_function_that_no_request_reaches_is_not_named() -> None:
    assert callers("async def job():\n    return work()\n") == []


def test_a_decorator_that_moves_a_function_to_a_thread_ends_it() -> None:
    show = '@app.get("/")\nasync def show():\n    return await middle()\n'
    for decorator in ("database_sync_to_async", "sync_to_async(thread_sensitive=True)", "sync_to_async"):
        text = (
            f"from asgiref.sync import sync_to_async\nfrom channels.db import database_sync_to_async\n\n@{decorator}\n"
        )
        assert callers(f"{text}def middle():\n    return work()\n\n{show}") == []
    assert callers(f"from helpers import counted\n\n@counted\ndef middle():\n    return work()\n\n{show}") == ["show"]
