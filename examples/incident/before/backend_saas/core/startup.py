"""What happens once, when a process starts."""

from __future__ import annotations

import logging

from sqlalchemy import select

from core.cache import CacheService
from core.database import SessionLocal
from core.models import Tenant

logger = logging.getLogger(__name__)

SERVICES = ("tickets", "calendar", "search", "mail", "webhooks", "reports")
SHARDS = 64


def start_services() -> None:
    """Look up where every background service stands, then count the yards that it serves."""
    cache = CacheService()
    for service in SERVICES:
        cache.ping()  # expect: runtime-startup-reads
        for shard in range(SHARDS):
            state = cache.get(f"service:{service}:{shard}")
            logger.debug("%s %d: %s", service, shard, state)
    with SessionLocal() as session:
        yards = session.scalars(select(Tenant.id)).all()
    logger.info("%d services for %d yards", len(SERVICES), len(yards))
