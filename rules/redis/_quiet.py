"""Places that requests do not pay for: scripts, migrations, examples."""

from __future__ import annotations

import re
from functools import cache

ASIDE = re.compile(
    r"(?:^|/)(?:scripts?|migrations?|alembic|versions|tools?|s?bin|examples?|samples?|benchmarks?|demos?|notebooks|docs|archived?"
    r"|_archive|legacy|deprecated|seeds?|fixtures)/|(?:^|/)(?:conftest|setup|manage|seed\w*|verify_\w+|check_\w+|migrate\w*)\.py$",
    re.IGNORECASE,
)


@cache
def is_aside(path: str) -> bool:
    """Whether a file is one that someone starts by hand, or that shows something."""
    return ASIDE.search(path) is not None
