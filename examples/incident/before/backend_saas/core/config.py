"""Settings, read once from the environment."""

from __future__ import annotations

import os

LOG_LEVEL = os.getenv("LOG_LEVEL", "INFO")
REDIS_URL = os.getenv("REDIS_URL", "redis://localhost:6379/0")
REQUESTS_PER_MINUTE = int(os.getenv("REQUESTS_PER_MINUTE", "120"))

JWT_SECRET = os.getenv("JWT_SECRET", "change-me")  # todo-expect: secret-jwt-default-key  # expect: secret-hardcoded
