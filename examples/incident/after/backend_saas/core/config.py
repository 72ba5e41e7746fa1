"""Settings, read once from the environment. What production depends on has no default: its absence stops the start."""

from __future__ import annotations

import os

ENVIRONMENT = os.environ["ENVIRONMENT"]
JWT_SECRET = os.environ["JWT_SECRET"]

LOG_LEVEL = os.getenv("LOG_LEVEL", "INFO")
REQUESTS_PER_MINUTE = int(os.getenv("REQUESTS_PER_MINUTE", "120"))
