"""The limiter still limits."""

from __future__ import annotations

import pytest

from core.security.limiter import RateLimiter


def test_the_request_after_the_last_allowed_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.security.limiter.time.time", lambda: 0.0)
    limiter = RateLimiter(requests_per_minute=3)
    assert [limiter.allow("gullwing") for _ in range(4)] == [True, True, True, False]
    assert limiter.allow("another yard")
