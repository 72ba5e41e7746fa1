"""Values that are no secret whatever they stand under: placeholders, references to a secret, formats."""

from __future__ import annotations

import re

from ._value import looks_made_up, looks_random

# Parts of made-up values; long or marked enough not to turn up in random text by chance.
PLACEHOLDERS = re.compile(
    r"your|change|replac|example|placeholder|insert|xxx|todo|fixme|redact|dummy|fake|mock|sample|test|demo\b|default"
    r"|invalid|wrong|expired|incorrect|nonexist|missing|unknown|undefined|some[-_]|foobar|qwerty|asdf|lorem|hidden"
    r"|mask|[-_]here\b|secret[-_]?here|goes[-_]?here|enter[-_]|put[-_]|12345678|abcdef|deadbeef|cafebabe"
    r"|\.\.\.|…|\*\*\*"
    r"|^(?:not|no|none|null|nil|n/a|tbd|true|false|on|off|yes|empty|string|optional|required|disabled|enabled|never)\b",
    re.IGNORECASE,
)
ELIDED = re.compile(r"\.\.\.|…|\*\*\*|xxx", re.IGNORECASE)
# What tutorials show for a TOTP secret and a UUID.
TEXTBOOK = re.compile(r"jbswy3dpehpk3pxp|550e8400-e29b-41d4-a716-446655440000", re.IGNORECASE)
TEMPLATE = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|^\$|%\(|%s|\{[\w.!:\[\]'\"-]*\}|<[\w .:|/-]+>|^<|^%\w+%$|^@|\[[A-Z_ -]+\]",
)
CALL = re.compile(r"^[A-Za-z_][\w.]*[(\[]|^[({\[]")
PLACE = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*:)?//|^\.{0,2}/[\w.-]+(?:/|$)|^[A-Za-z]:\\|^[\w.-]+@[\w-]+\.[\w.]+$"
    r"|\.(?:json|ya?ml|py|pem|txt|env|key|crt|toml|js|tsx?|md)$"
)
ENV_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z|[A-Z]{3,}\Z")
WORDS = re.compile(r"[A-Za-z_]+(?:[.:/-][A-Za-z_]+)*\Z")
REGEX = re.compile(
    r"\\[dwsbWDSBZ.\[(-]|\[\^?[\w\\]-[\w\\]|\(\?[:!=<Pi]|[\]).]\{\d+,?\d*\}|[\])][*+?]|\.\*|\.\+|^\^|[^$]\$$"
)
HASHED = re.compile(
    r"^(?:\$2[abxy]?\$|\$argon2|\$pbkdf2|\$scrypt|pbkdf2[:_]|scrypt:|\{(?:SSHA|SHA|CRYPT)|gAAAAA|sha\d+[$:-]"
    r"|enc:|vault:|ENC\[)"
)
PUBLIC = re.compile(
    r"^(?:pk_(?:live|test)_|pk-lf-|phc_|sb_publishable_|ssh-(?:rsa|ed25519) |-----BEGIN (?:PUBLIC|CERT))"
)
BASE64 = re.compile(r"(?=.{16})(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?\Z", re.ASCII)


def is_placeholder(value: str) -> bool:
    """Whether the value says itself that it is made up, or runs in sequence as only invented values do."""
    return bool(PLACEHOLDERS.search(value) or TEXTBOOK.search(value)) or looks_made_up(value) or _encodes_one(value)


def is_reference(value: str) -> bool:
    """Whether the value says where a secret is: a template, a variable's name, a call, a path, a URL."""
    if TEMPLATE.search(value) or CALL.match(value):
        return True
    return not looks_random(value) and bool(PLACE.search(value) or ENV_NAME.match(value))


def is_words(value: str) -> bool:
    """Whether the value is nothing but words and what joins them: an enum's member, a scope, a name."""
    return bool(WORDS.match(value))


def is_format(value: str) -> bool:
    """Whether the value is a regular expression, a hash, a ciphertext or a public key."""
    return any(pattern.search(value) for pattern in (REGEX, HASHED, PUBLIC))


def _encodes_one(value: str) -> bool:
    """Whether the value is a placeholder in base64 (``0123456789abcdef…`` as a test's Fernet key)."""
    import base64
    import binascii

    if not BASE64.match(value):
        return False
    try:
        text = base64.b64decode(value.replace("-", "+").replace("_", "/")).decode("ascii")
    except (binascii.Error, ValueError):
        return False
    return text.isprintable() and bool(PLACEHOLDERS.search(text) or looks_made_up(text))
