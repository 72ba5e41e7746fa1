"""Creates the tables that are missing: ``python -m scripts.create_schema``."""

from __future__ import annotations

from core import models  # noqa: F401 - mapped classes register themselves
from core.database import Base, engine


def main() -> None:
    """Ask the database which tables it has and create the others."""
    Base.metadata.create_all(engine)


if __name__ == "__main__":
    main()
