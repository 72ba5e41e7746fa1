"""A test in two worlds: one where the mode variable says production, one where it is unset and its default holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .expressions import receiver
from .tables import text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .origins import Origins
    from .settings import SettingRead

NAME = re.compile(r"(?:.+_)?ENV(?:IRONMENT)?(?:_NAME|_MODE|_TYPE)?")
FOREIGN = re.compile(
    r"NODE_ENV|VIRTUAL_ENV|.*CONDA.*|.*_DEFAULT_ENV|(?:VERCEL|RAILWAY|RENDER|NETLIFY|HEROKU|GITHUB|CI|DD|SENTRY|NEW_RELIC"
    r"|ELASTIC_APM|OTEL|PLAID|PAYPAL|SQUARE|STRIPE|TWILIO|BRAINTREE|ADYEN|XERO|QUICKBOOKS|HUBSPOT|SALESFORCE|PINECONE"
    r"|BABEL|RAILS|RACK|MIX|GO|PIP|UV|POETRY|TOX|NIX)_.*|.*_(?:IN|HAS|USE|LOAD|FROM|PASS)_ENV"
)
"""Modes of other tools and of services, and variables that are about environments rather than naming one."""
DEVELOPMENT = frozenset(
    {"", "dev", "develop", "development", "local", "localhost", "debug", "test", "testing", "default", "none"}
)
CONSTANTS = {"#True": True, "#False": False}
PRODUCTION = ("production", "prod", "live")


def names_mode(read: SettingRead) -> bool:
    """Whether a read is of a mode variable, by its name."""
    return is_mode_name(read.name)


def is_mode_name(name: str) -> bool:
    """Whether a variable's name is one of a mode: ``APP_ENV``."""
    return NAME.fullmatch(name.upper()) is not None and not FOREIGN.fullmatch(name.upper())


def is_mode(read: SettingRead) -> bool:
    """Whether a read is of a mode variable that is allowed to be missing, and then means development."""
    if read.required or not names_mode(read):
        return False
    if read.default in (None, "#None"):
        return True
    default = read.default_text
    return default is not None and default.lower() in DEVELOPMENT


class World:
    """One evaluation of a test: in production, or with the mode variable unset. None means that it may be either.

    Args:
        strict: whether mode variables count that must be set, or that mean production when they are not.
    """

    def __init__(self, origins: Origins, *, production: bool, strict: bool = False) -> None:
        self.counts = names_mode if strict else is_mode
        self.origins = origins
        self.linker = origins.linker
        self.production = production
        self.reads: list[SettingRead] = []
        self.words: list[str] = []
        self.foreign = False
        """Whether another variable, such as ``NODE_ENV``, says production as well."""

    def holds(self, path: str, scope: int, test: Expr, depth: int = 6) -> bool | None:
        """Whether a test holds."""
        if depth <= 0 or test is None:
            return None
        if type(test) is list and test:
            return self._compound(path, scope, test, depth)
        if type(test) is not str or test[:1] in ("'", "#", "?", ""):
            return CONSTANTS.get(str(test))
        if test[:1] == "@" and test[1:].isdigit():
            return self._call(path, int(test[1:]), depth)
        results = {
            self.holds(place, at, value, depth - 1)
            for place, at, value in self.origins.behind(path, scope, test)
            if type(value) is list or (type(value) is str and value[:1] != "'")
        }
        return results.pop() if len(results) == 1 else None

    def _compound(self, path: str, scope: int, test: list[Expr], depth: int) -> bool | None:
        if test[0] == "not":
            inner = self.holds(path, scope, test[1], depth)
            return None if inner is None else not inner
        if test[0] in ("and", "or"):
            parts = [self.holds(path, scope, part, depth) for part in test[1:]]
            strong: bool = test[0] == "or"
            if strong in parts:
                return strong
            return None if None in parts else not strong
        if test[0] == "cmp" and len(test) == 4:
            return self._compare(path, scope, test[1], test[2], test[3])
        return None

    def _compare(self, path: str, scope: int, left: Expr, op: str, right: Expr) -> bool | None:
        if op in ("in", "not in"):
            held = self._in(path, scope, left, right)
            return held if held is None or op == "in" else not held
        if op not in ("==", "!=", "is", "is not"):
            return None
        held = self._equal(path, scope, left, right)
        if held is None:
            held = self._equal(path, scope, right, left)
        return held if held is None or op in ("==", "is") else not held

    def _in(self, path: str, scope: int, left: Expr, right: Expr) -> bool | None:
        value = self._mode(path, scope, left)
        if value is None:  # "prod" in ENVIRONMENT
            word = self.origins.index.settings.constant(path, scope, left)
            held = None if word is None else self._mode(path, scope, right)
            if word is None or held is None:
                return None
            self.words.append(word.lower())
            return any(word.lower() in one for one in held)
        items = self.linker.values.items(path, scope, right)
        words = [self.origins.index.settings.constant(place, at, item) for place, at, item in items]
        if not words or None in words:
            return None
        known = [word.lower() for word in words if word is not None]
        self.words += known
        return any(one in known for one in value)

    def _equal(self, path: str, scope: int, mode: Expr, constant: Expr) -> bool | None:
        word = self.origins.index.settings.constant(path, scope, constant)
        if word is None or self.origins.of(path, scope, constant):
            return None
        value = self._mode(path, scope, mode)
        if value is None:
            self.foreign = self.foreign or (word.lower() in PRODUCTION and bool(self.origins.of(path, scope, mode)))
            return None
        self.words.append(word.lower())
        return word.lower() in value

    def _mode(self, path: str, scope: int, expr: Expr) -> tuple[str, ...] | None:
        """The values that a mode variable has in this world; None for anything else."""
        if type(expr) is str and expr[:1] in ("'", "#", "?"):
            return None
        reads = self.origins.of(path, scope, expr)
        if not reads or not all(self.counts(read) for read in reads):
            return None
        self.reads += reads
        return PRODUCTION if self.production else tuple((read.default_text or "").lower() for read in reads[:1])

    def _call(self, path: str, ordinal: int, depth: int) -> bool | None:
        call = self.linker.table(path).facts.calls[ordinal]
        target = receiver(call.callee)
        if target is not None and target[1] in ("startswith", "endswith", "__contains__") and call.args:
            value = self._mode(path, call.scope, target[0])
            word = text_of(call.args[0])
            if value is None or word is None:
                return None
            self.words.append(word.lower())
            return any(one.startswith(word.lower()) for one in value)
        if call.callee == "bool" and call.args:
            return self.holds(path, call.scope, call.args[0], depth - 1)
        results = set()
        for callee in self.linker.values.callee(path, ordinal):
            if callee.kind == "def":
                exits = self.linker.table(callee.place).exits.get(callee.scope, ())
                results |= {
                    self.holds(callee.place, callee.scope, e.value, depth - 1) for e in exits if e.kind == "return"
                }
        return results.pop() if len(results) == 1 else None
