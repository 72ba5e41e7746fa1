"""The contract between the code and its deployment: every setting that is read, what it decides, and where it is set."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ..document import document_kind
from .gating import setting_gates
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .facade import Index
    from .gating import SettingGate
    from .provided import Provided
    from .settings import SettingRead

SYSTEM = re.compile(
    r"PATH|HOME|USER(?:NAME|PROFILE)?|PWD|SHELL|TERM|COLUMNS|LINES|EDITOR|TMP(?:DIR)?|TEMP|LANG|LC_\w+|TZ|HOSTNAME|DISPLAY|CI"
    r"|APPDATA|LOCALAPPDATA|PROGRAMDATA|SYSTEMROOT|COMSPEC|XDG_\w+|VIRTUAL_ENV|CONDA_\w+|PYTHON(?:PATH|HOME|HASHSEED)|NO_COLOR"
    r"|FLY_\w+|KUBERNETES_\w+|GITHUB_\w+|PYTEST_\w+|DYNO|PRIMARY_REGION|JPY_\w+|COLAB_\w+|SUDO_\w+|SSH_\w+"
)
"""Variables that the system, the platform or a tool sets, and no deployment."""
SECRET = re.compile(
    r"SECRET|PASSWORD|PASSWD|PASSPHRASE|(?:^|_)PASS(?:_|$)|API_?KEY|TOKEN|PRIVATE|CREDENTIAL|(?:^|_)SALT(?:_|$)|(?:^|_)KEYS?(?:_|$)|_DSN$|WEBHOOK_URL"
)
NO_SECRET = re.compile(
    r"(?:_FILE|_PATH|_NAME|_ID|_ALG|_ALGORITHM|_EXPIR\w*|_MINUTES|_SECONDS|_DAYS|_HOURS|_TTL|_LENGTH|_LIMIT|_PREFIX|_HEADER"
    r"|_TYPE|_ENABLED|_SIZE|_COUNT|_URL|_URI|_ENDPOINT|(?<=[A-Z])TOKENS|_PORT|_HOST|PUBLIC_KEY|PUBLISHABLE_KEY)$"
)
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
WIDTH = 60
"""Characters of a default that are shown."""


class Setting:
    """One setting of the project."""

    def __init__(
        self, name: str, reads: tuple[SettingRead, ...], gates: tuple[SettingGate, ...], places: tuple[Provided, ...]
    ) -> None:
        self.name = name
        self.reads = reads
        """Where it is read, outside of tests, in the order of files."""
        self.gates = gates
        self.places = places
        """Where it is set."""

    def __repr__(self) -> str:
        return f"<Setting {self.name}>"

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Other names that would do at every place that reads it."""
        common = [set(read.names) for read in self.reads if read.kind != "presence"]
        return tuple(sorted(set.intersection(*common) - {self.name})) if common else ()

    @property
    def is_set(self) -> bool:
        """Whether something in the repository sets it; an example that someone copies sets nothing."""
        return any(not place.is_example for place in self.places)

    @cached_property
    def required(self) -> bool:
        """Whether some place cannot do without, in every set-up: it reads it without a default, or refuses to go on. What
        someone starts by hand does not count, nor what lies in a branch that production need not take."""
        return any(read.required and _is_always_read(read) for read in self.reads)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types that it is read as; ``str`` only when nothing tells more."""
        found = dict.fromkeys(read.type_name for read in self.reads if read.kind != "presence")
        if tuple(found) == ("flag",):
            return ("bool",)
        return tuple(name for name in found if name not in ("str", "flag")) or ("str",)

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """What it falls back to, as far as it is constant: each once, ``(computed)`` for the rest."""
        given = [shown_default(read) for read in self.reads if not _is_itself(read)]
        return tuple(dict.fromkeys(text for text in given if text is not None))

    @property
    def is_secret(self) -> bool:
        """Whether its name is one of a secret, so that no value of it is ever shown."""
        return is_secret_name(self.name)

    @property
    def is_system(self) -> bool:
        """Whether the system, the platform or a tool sets it, and no deployment."""
        return SYSTEM.fullmatch(self.name) is not None

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Files that read it."""
        return tuple(dict.fromkeys(read.path for read in self.reads))

    @cached_property
    def at_import(self) -> bool:
        """Whether importing some module reads it."""
        return any(read.at_import for read in self.reads)


def _is_always_read(read: SettingRead) -> bool:
    times = read.index.settings.times
    return not times.is_by_hand(read) and not times.is_conditional(read)


def _is_itself(read: SettingRead) -> bool:
    """Whether a field falls back to a call that reads the same variable, and so to what that call falls back to."""
    at = read.default
    if read.kind != "field" or type(at) is not str or at[:1] != "@" or not at[1:].isdigit():
        return False
    inner = read.index.settings.at(read.path, int(at[1:]))
    return inner is not None and inner.name == read.name


def is_secret_name(name: str) -> bool:
    """Whether a name is one of a secret: of a value of its own, not of a file, a limit or a time."""
    words = name.upper()
    return SECRET.search(words) is not None and NO_SECRET.search(words) is None


def shown_default(read: SettingRead) -> str | None:
    """A default for people: text as it is, ``''`` for an empty one, credentials left out; None for none."""
    expr = read.default
    if expr in (None, "#None") or read.kind == "presence":
        return None
    text = text_of(expr)
    if text is None:
        if type(expr) is str and expr[:1] == "#":
            return expr[1:]
        if expr in (["[]"], ["{}"]):
            return str(expr[0])
        if type(expr) is list and expr[0] == "[]" and all(text_of(item) is not None for item in expr[1:]):
            return _safe(read.name, ", ".join(str(text_of(item)) for item in expr[1:]))
        number = read.index.number(read.path, read.scope, expr) if is_arithmetic(expr) else None
        if number is not None:
            return f"{number:g}"
        beginning = read.default_text
        whole = type(expr) is str and expr[:1] not in "@?"
        if beginning is None or not whole:
            return _safe(read.name, beginning) + "..." if beginning else "(computed)"
        text = beginning
    return _safe(read.name, text)


def is_arithmetic(expr: Expr) -> bool:
    """Whether an expression is a name, or a sum of them and of numbers."""
    return dotted(expr) is not None or (type(expr) is list and expr[:1] == ["bin"])


def _safe(name: str, text: str) -> str:
    if text and is_secret_name(name):
        return "(in the code)"
    text = without_credentials(text).replace("\n", "\\n")
    return (text if len(text) <= WIDTH else text[: WIDTH - 3] + "...") or "''"


def without_credentials(text: str) -> str:
    """A URL without the name and password in it."""
    return CREDENTIALS.sub("", text)


class Contract:
    """Settings by name; made when first asked, over everything that is linked."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Every setting that the code reads outside of tests, by its name and in that order."""
        reads: dict[str, dict[SettingRead, None]] = {}
        for read in self._reads():
            reads.setdefault(read.name, {}).setdefault(read)
        gates = setting_gates(self.index)
        places = self.index.provided
        return {
            name: Setting(name, tuple(reads[name]), gates.get(name, ()), places.get(name, ())) for name in sorted(reads)
        }

    @cached_property
    def troubles(self) -> dict[str, str]:
        """Files that may set something and cannot be parsed, each with the reason."""
        found = {path: str(error) for path, error in self.index.deployments.broken.items()}
        for path in self.index.files:
            document = self.index.document(path) if document_kind(path) == "compose" else None
            if document is not None and document.error is not None:
                found[path] = str(document.error)
        return found

    def _reads(self) -> Iterator[SettingRead]:
        from .fields import mixed_reads

        for path in self.index.paths:
            if path not in self.index.tests:
                yield from self.index.settings.reads(path)
                yield from mixed_reads(self.index, self.index.project.linker.table(path))
