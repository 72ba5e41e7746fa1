"""Settings of the service, read once."""

import os
from functools import lru_cache

from pydantic import BaseModel


class Settings(BaseModel):
    redis_url: str
    database_url: str
    page: int = 5


@lru_cache
def get_settings() -> Settings:
    return Settings(redis_url=os.environ["REDIS_URL"], database_url=os.environ["DATABASE_URL"])
