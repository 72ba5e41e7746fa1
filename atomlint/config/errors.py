"""What is wrong with a configuration, in lines that name the file, the key, the reason and the nearest right name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

Keys = tuple["str | int", ...]
"""The way to a value: keys of tables, and indexes of lists."""


class ConfigError(ValueError):
    """One thing wrong; ``str()`` is one line. Catching this class catches ``ConfigErrors`` too."""

    def __init__(
        self, path: Path | None, key: str, reason: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(path, key, reason, line, column)
        self.path = path
        """The file, or None for the command line."""
        self.key = key
        """Dotted, as the file spells it (``tool.atomlint.select``); empty when the file as a whole is meant."""
        self.reason = reason
        self.line = line
        """From 1; None when it is not known for sure."""
        self.column = column

    def __str__(self) -> str:
        place = "command line" if self.path is None else shown(self.path)
        place += "".join(f":{number}" for number in (self.line, self.column) if number is not None)
        return printable(f"{place}: {self.key}: {self.reason}" if self.key else f"{place}: {self.reason}")

    @property
    def messages(self) -> tuple[str, ...]:
        """One line for each thing wrong."""
        return (str(self),)


class ConfigErrors(ConfigError):  # noqa: N818 - several of them
    """Everything wrong, one ``ConfigError`` each; ``str()`` has a line for each."""

    def __init__(self, errors: Iterable[ConfigError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(first.path, first.key, first.reason, first.line, first.column)
        self.args = (self.errors,)

    def __str__(self) -> str:
        return "\n".join(self.messages)

    @property
    def messages(self) -> tuple[str, ...]:
        """One line for each thing wrong."""
        return tuple(str(error) for error in self.errors)


def nearest(name: str, options: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the option nearest to a name, or nothing when none is near."""
    from ..didyoumean import suggestion

    return suggestion(name.strip().replace("_", "-"), options)


def dotted(keys: Sequence[str | int]) -> str:
    """Keys joined as TOML writes them; indexes of lists as ``[2]``, from 0."""
    import json

    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False))
    return text


def shown(path: Path) -> str:
    """A path as people should see it: relative when it lies below the current directory, with ``/``."""
    try:
        text = path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        text = path.as_posix()
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """The text in one line that any UTF-8 stream takes: control characters and lone surrogates are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
