"""Names that hold a credential (``CRM_CLIENT_SECRET``, ``dbPassword``, ``x-api-key``) and names that only sound so."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Family = Literal["password", "secret", "token", "key"]

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Words after the one that counts: JWT_SECRET_DEV, password1, api_key_value.
TRAILING = frozenset(
    """
    default value val str string raw plain plaintext dev development prod production staging local live test testing
    demo old new current previous backup bytes hex b64 base64 real valid
    """.split()  # noqa: SIM905 - a list to read
)
PASSWORDS = frozenset(("password", "passwd", "pwd", "passphrase", "passcode", "userpassword", "dbpassword"))
PASS_OF = frozenset(
    """
    db database smtp imap mail email user admin root login basic auth my proxy ssh sudo http ftp redis pg postgres
    mysql mongo rabbitmq wifi
    """.split()  # noqa: SIM905 - a list to read
)
KEYS = frozenset(
    """
    api secret access private encryption signing auth master fernet jwt hmac service account session webhook
    security admin cipher crypto encrypt sign storage
    """.split()  # noqa: SIM905 - a list to read
)
JOINED: dict[str, Family] = {
    "apikey": "key",
    "secretkey": "key",
    "apisecret": "secret",
    "clientsecret": "secret",
    "apitoken": "token",
}
# Tokens of language models, pages and forms.
NO_TOKENS = frozenset(
    """
    page next prev csrf xsrf sync cancel cancellation stop eos bos pad unk mask special max min total num input
    output prompt completion continuation start end cost per line comment operator
    """.split()  # noqa: SIM905 - a list to read
)
NO_SECRETS = frozenset(
    """
    public publishable anon cache no not missing invalid wrong bad non is has require
    """.split()  # noqa: SIM905 - a list to read
)


@lru_cache(maxsize=4096)
def family(name: str) -> Family | None:
    """What a name promises to hold, or None when it is no credential."""
    words = [word.lower() for word in WORD.findall(name)]
    while len(words) > 1 and (words[-1] in TRAILING or words[-1].isdigit()):
        words.pop()
    if not words or NO_SECRETS.intersection(words):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in PASSWORDS or (last in ("pass", "pw") and before in PASS_OF):
        return "password"
    if last == "secret":
        return "secret"
    if last == "token":
        return None if before in NO_TOKENS else "token"
    if last == "key" and before in KEYS:
        return "key"
    return JOINED.get(last)


def signs(name: str) -> bool:
    """Whether a guessable value under this name lets anyone forge sessions: ``SECRET_KEY``, ``JWT_SECRET`` and such."""
    words = {word.lower() for word in WORD.findall(name)}
    if {"client", "webhook", "api", "stripe", "aws", "access", "s3", "minio"} & words:
        return False
    return {"secret", "key"} <= words or bool(
        words & {"jwt", "session", "signing", "encryption", "app", "auth"} and words & {"secret", "key"}
    )
