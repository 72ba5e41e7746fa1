"""Whether the process is up."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """Fly asks this every 15 seconds."""
    return {"status": "ok"}
