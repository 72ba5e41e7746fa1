"""How sure a hit is: proven by its form, likely, or possible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ._keys import WORD, family, signs
from ._placeholders import ELIDED, is_placeholder
from ._value import HEX, looks_chosen, looks_random, looks_spelled

if TYPE_CHECKING:
    from ._hit import Hit

Tier = Literal["high", "medium", "low"]
EXAMPLES = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|templates?)/"
    r"|\.(?:md|rst|adoc|example|sample|template|dist)$",
    re.IGNORECASE,
)
# Hosts that only a developer's machine or a compose network resolves.
LOCAL_HOST = re.compile(
    r"(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|[a-z][a-z0-9_-]*"
    r"|.*\.(?:local|localhost|test|invalid|example|internal)|(?:.*\.)?example\.(?:com|org|net))(?::\d+)?\Z",
    re.IGNORECASE,
)
TRIVIAL = frozenset(
    """
    password passwd pass pwd pw p postgres postgresql root admin user username guest secret redis mysql mongo mongodb
    rabbitmq minio test dev local db token key letmein changeme app api default credentials auth
    """.split()  # noqa: SIM905 - a list to read
)
# Words of a token's name that say nothing about its issuer.
NAMELESS = frozenset(
    ("access", "refresh", "id", "opaque", "oauth", "auth", "bearer", "session", "user", "my", "the", "token")
)
DIGEST_SIZES = (32, 40, 64)
SEPARATOR = re.compile(r"[-_.]")
OWN_WORDS = frozenset(("my", "the", "a", "new", "old"))


def tier_of(hit: Hit, *, path: str, is_test: bool) -> Tier | None:
    """High, medium or low; None when the value is neither random nor plausible as a chosen password.

    Args:
        hit: what passed the filters.
        path: the file's path, which tells documentation and templates.
        is_test: whether the file is a test.
    """
    aside = is_test or bool(EXAMPLES.search(path))
    if hit.origin in ("pem", "provider"):
        if hit.kind == "JSON web token" and family(hit.key) == "token" and _names_no_issuer(hit.key):
            return "low" if aside else "medium"
        return "high"
    if hit.origin == "url":
        return _of_url(hit, aside=aside)
    if hit.fallback and is_placeholder(hit.value):
        return None if aside else _of_fallback(hit)
    if looks_random(hit.value) and not (hit.kind == "password" and looks_spelled(hit.value)):
        return ("low" if aside else "medium") if _is_sample(hit, aside=aside) else "high"
    if not looks_chosen(hit.value) or is_trivial(hit.value) or names_itself(hit.key, hit.value):
        return None
    if hit.kind == "password":
        return "low" if aside else "medium"
    return "medium" if hit.kind != "token" and signs(hit.key) and not aside else None


def is_trivial(value: str, user: str = "") -> bool:
    """Whether a password is made of what every local set-up uses (``postgres``, ``shop_password`` of ``shop``)."""
    plain = value.lower()
    known = TRIVIAL.union(SEPARATOR.split(user.lower()))
    return plain.rstrip("0123456789!") in known or known.issuperset(SEPARATOR.split(plain))


def names_itself(key: str, value: str) -> bool:
    """Whether the value repeats its key or is itself the name of a credential (``password="db_password"``)."""
    words = {word.lower() for word in WORD.findall(value) if not word.isdigit()}
    if words <= {word.lower() for word in WORD.findall(key)} | OWN_WORDS:
        return True
    return len(words) > 1 and family(value) is not None and not any(char.isdigit() for char in value)


def _is_sample(hit: Hit, *, aside: bool) -> bool:
    """Whether a random value is more likely recorded from a protocol than kept as a credential.

    An ``access_token`` that names no issuer is mostly the answer of a server, quoted in a docstring or a test (all 8 in
    Authlib, all 40 in the tests of Saleor and social-core); a hexadecimal password in a test is mostly a digest.
    """
    if hit.kind == "token":
        return _names_no_issuer(hit.key)
    return aside and hit.kind == "password" and len(hit.value) in DIGEST_SIZES and bool(HEX.match(hit.value))


def _names_no_issuer(key: str) -> bool:
    return NAMELESS.issuperset(word.lower() for word in WORD.findall(key))


def _of_fallback(hit: Hit) -> Tier | None:
    """A placeholder that the program runs with when a variable is missing guards nothing, whatever it says."""
    if len(hit.value) < 8 or ELIDED.search(hit.value):
        return None
    return "medium" if hit.kind == "password" or (hit.kind != "token" and signs(hit.key)) else None


def _of_url(hit: Hit, *, aside: bool) -> Tier | None:
    local = bool(LOCAL_HOST.match(hit.host))
    if is_trivial(hit.value, hit.user if local else ""):
        return None
    if looks_random(hit.value, mass=8) and not looks_spelled(hit.value):
        return "medium" if local else "high"
    if aside:
        return "low"
    return "medium" if local or looks_spelled(hit.value) or not looks_chosen(hit.value) else "high"
