"""Settings of Django that users' requests meet, by where they are kept."""

from __future__ import annotations

import re
from functools import cache

UNSERVED = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|pytest|local\w*|dev|devel|develop|development|ci|travis\w*|circle\w*|github\w*|gitlab\w*"
    r"|jenkins\w*|staging|uat|actions|examples?|samples?|debug|sandbox|e2e|demo|docs?)(?=[/_.-])",
    re.IGNORECASE,
)
"""Settings that no user's request meets: of tests, of a CI, of developers' machines, of builds."""


@cache
def is_served(path: str) -> bool:
    """Whether a file is none of those by its name or its directories."""
    return not UNSERVED.search(path)
