"""Whether a project installs what its Redis clients need: code for a library that nothing asks for does not run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .requirements import read, states_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facade import Index

BRINGS = re.compile(
    r"redis|valkey|upstash|dragonfly|(?<![\w-])(?:rq|arq|aiocache|huey|dramatiq|walrus|fastapi-limiter|fastapi-cache2?)(?![\w-])"
    r"|(?<![\w-])(?:celery|kombu|limits|slowapi|flask-limiter|taskiq|litellm)\s*\[",
    re.IGNORECASE,
)
"""In texts that say what is installed: a client of Redis, or what brings or may bring one."""
INSTALLS = re.compile(r"\b(?:pip3?|pipx|uv|poetry|pdm|conda|mamba|apt|apt-get|apk|easy_install)\b(?:[^\n\\]|\\\n|\\.)*")
"""Commands that install something, with the lines that they go on in."""
ENOUGH = 5
"""Libraries that requirements name from which on they are taken to name all."""


def lacks_redis(index: Index) -> bool:
    """Whether requirements say what a project installs, and neither they nor its deployment name a client of Redis."""
    found: bool = index.keep("lacks redis", lambda: _lacks_redis(index))
    return found


def _lacks_redis(index: Index) -> bool:
    if len(index.project.effects.versions.libraries) < ENOUGH:
        return False
    return not any(BRINGS.search(text) for text in _texts(index))


def _texts(index: Index) -> Iterator[str]:
    for path in index.files:
        name = path.rpartition("/")[2].lower()
        if states_versions(path) or (name.startswith("environment") and name.endswith((".yml", ".yaml"))):
            yield read(index.sources, path) or ""
    for _, text in index.settings.texts.texts:
        yield from INSTALLS.findall(text)
