"""Connections: made when first asked for, one a process."""

import functools
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import redis
from sqlmodel import Session, create_engine

from .config import get_settings

T = TypeVar("T")


class Storage:
    """Redis behind a breaker."""

    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance._client = redis.Redis.from_url(get_settings().redis_url, decode_responses=True)
            cls._instance._failures = 0
        return cls._instance

    @property
    def client(self) -> redis.Redis:
        return self._client

    def call(self, function: Callable[[], T], default: T) -> T:
        if self._failures > 5:
            return default
        try:
            return function()
        except redis.RedisError:
            self._failures += 1
            return default


def retried(times: int = 3):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except redis.ConnectionError:
                    time.sleep(0.01 * attempt)
            return None

        return wrapper

    return decorate


engine = create_engine(get_settings().database_url)


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
