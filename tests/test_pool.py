"""Work in several processes: results in order, a death that costs one task, systems that start no process."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from atomlint import pool as module
from atomlint.pool import Died, Pool

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
STATE = {"began": 0}


def begin(number: int) -> None:
    STATE["began"] += number


def double(number: int) -> tuple[int, int, int]:
    """The double, the process, and what was begun in it."""
    return 2 * number, os.getpid(), STATE["began"]


def deadly(number: int) -> int:
    if number % 10 == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def refuse(number: int) -> int:
    raise LookupError(number)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pools for a handful of tasks."""
    monkeypatch.setattr(module, "SERIAL", 4)
    monkeypatch.setattr(module, "CHUNK", 3)
    monkeypatch.setitem(STATE, "began", 0)


@pytest.fixture
def pools():
    """Makes pools, and closes them."""
    made = []

    def make(jobs: int, **options) -> Pool:
        made.append(Pool(jobs, **options))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def test_few_tasks_and_one_job_are_done_in_this_process(pools):
    for pool, count in ((pools(2), 3), (pools(1), 20)):
        results = list(pool.run(double, range(count)))
        assert pool.is_serial
        assert [(task, result[0]) for task, result in results] == [(n, 2 * n) for n in range(count)]
        assert {result[1] for _, result in results} <= {os.getpid()}


def test_many_tasks_are_done_in_other_processes_and_come_back_in_order(pools):
    pool = pools(2, start=begin, arguments=(5,))
    results = list(pool.run(double, range(50)))
    assert not pool.is_serial
    assert [result[0] for _, result in results] == [2 * n for n in range(50)]
    assert os.getpid() not in {result[1] for _, result in results}
    assert {result[2] for _, result in results} == {5}, "every process is prepared once"


def test_this_process_is_prepared_once_too(pools):
    pool = pools(1, start=begin, arguments=(5,))
    assert [result[2] for run in range(2) for _, result in pool.run(double, [1, 2])] == [5] * 4


def test_progress_is_told(pools):
    told = []
    list(pools(2).run(double, range(10), told.append))
    assert told == [3, 6, 9, 10]
    told.clear()
    list(pools(1).run(double, range(7), told.append))
    assert told == [0, 3, 6]


def test_no_tasks_are_no_results(pools):
    assert list(pools(2).run(double, [])) == []


@LINUX
def test_a_task_that_kills_its_process_costs_itself_alone(pools):
    pool = pools(2)
    results = list(pool.run(deadly, range(30)))
    assert [task for task, _ in results] == list(range(30))
    died = [task for task, result in results if isinstance(result, Died)]
    assert died == [3, 13, 23]
    assert all(result == 2 * task for task, result in results if task not in died)
    assert [r[0] for _, r in pool.run(double, range(9))] == [2 * n for n in range(9)], "the pool goes on"


@LINUX
def test_what_work_raises_is_raised_here_and_no_process_stays(pools):
    pool = pools(2)
    with pytest.raises(LookupError):
        list(pool.run(refuse, range(9)))
    assert pool._executor is None


@LINUX
def test_giving_up_in_the_middle_leaves_no_process(pools):
    pool = pools(2)
    results = pool.run(double, range(50))
    _, (_, pid, _) = next(results)
    results.close()
    assert pool._executor is None
    for _ in range(200):
        if not is_running(pid):
            break
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("error", [OSError(38, "no semaphores"), ImportError("no sem_open"), NotImplementedError()])
def test_a_system_that_starts_no_process_does_the_work_here(pools, monkeypatch, error):
    import concurrent.futures

    def none(*_):
        raise error

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", none)
    pool = pools(4)
    assert [result[0] for _, result in pool.run(double, range(20))] == [2 * n for n in range(20)]
    assert pool.is_serial


def test_spawned_processes_do_the_same(pools, monkeypatch):
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: spawn)
    pool = pools(2)
    assert [result for _, result in pool.run(abs, range(-8, 0))] == list(range(8, 0, -1))
    assert not pool.is_serial


def test_the_number_of_processes_is_that_of_the_cores_unless_told(monkeypatch):
    assert Pool(3).jobs == 3
    assert Pool().jobs == module.cores() >= 1
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert module.cores() == 1
