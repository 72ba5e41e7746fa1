"""What is looked at once, when a process starts. Nothing here stops the start."""

from __future__ import annotations

import logging

import redis
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from core.cache import redis_client
from core.database import engine

logger = logging.getLogger(__name__)


def check_database() -> bool:
    """Whether the database answers."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (InterfaceError, OperationalError) as error:
        logger.error("the database does not answer: %s", type(error).__name__)
        return False
    return True


def check_redis() -> bool:
    """Whether Redis answers; False also while it is suspended."""
    client = redis_client()
    if client is None:
        logger.info("Redis is not in use")
        return False
    try:
        client.ping()
    except redis.RedisError as error:
        logger.error("Redis does not answer: %s", type(error).__name__)
        return False
    return True
