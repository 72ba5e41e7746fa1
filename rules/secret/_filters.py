"""Which hits are secrets after all: placeholders, templates, account ids, textbook tokens and digests are not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._placeholders import HASHED, PUBLIC, REGEX, TEMPLATE, is_format, is_placeholder, is_reference, is_words
from ._value import looks_random

if TYPE_CHECKING:
    from ._hit import Hit

WEB_TOKEN = re.compile(r"eyJ[\w-]+")
AWS_ID = re.compile(r"A[3BCKS][A-Z0-9]{18}\Z")
SAMPLE_PAYLOAD = re.compile(rb"1234567890|John Doe|\"role\": ?\"anon\"|supabase-demo|test|example|mock", re.IGNORECASE)
DIGEST = re.compile(
    r"\b(?:sha(?:1|224|256|384|512)|md5|blake2b?|integrity|checksum|digest|etag|commit)\b", re.IGNORECASE
)
EXAMPLE_HOST = re.compile(
    r"(?:^|\.)example\.(?:com|org|net)\b|^(?:host|hostname|server|your|some|xxx|my-?(?:server|host|db))", re.IGNORECASE
)


def keeps(hit: Hit, before: str) -> bool:
    """Whether a detector's hit is a secret after all.

    Args:
        hit: what a detector found.
        before: what stands before the value on its line.
    """
    if hit.origin == "pem":
        return True
    if REGEX.search(hit.value) or (is_placeholder(hit.value) and not hit.fallback):
        return False
    if hit.origin == "provider":
        return _keeps_token(hit, before)
    if hit.origin == "url":
        return not (TEMPLATE.search(hit.value) or TEMPLATE.search(hit.host) or EXAMPLE_HOST.search(hit.host))
    if WEB_TOKEN.match(hit.value):  # the detector of web tokens decides
        return False
    if is_words(hit.value) and not hit.fallback:
        return False
    return not (is_format(hit.value) or is_reference(hit.value) or DIGEST.search(before[-24:]))


def _keeps_token(hit: Hit, before: str) -> bool:
    """No part of a longer word, no account id, no textbook token, and as random as the issuer makes them."""
    if HASHED.match(hit.value) or PUBLIC.match(hit.value) or re.search(r"[A-Za-z0-9]\Z", before):
        return False
    if hit.kind == "Twilio key":  # AC… is the account's id, no secret
        return bool(re.match(r"SK[0-9a-f]{32}\Z", hit.value))
    if hit.kind == "JSON web token":
        return _keeps_web_token(hit.value)
    if AWS_ID.match(hit.value):  # in base 32 digits are too rare to tell it from words by their turns
        return any(char.isdigit() for char in hit.value)
    return looks_random(hit.value, mass=8)


def _keeps_web_token(value: str) -> bool:
    """Three parts with a signature, and neither the textbook's payload nor a key made for browsers (role ``anon``)."""
    import base64

    parts = value.split(".")
    if len(parts) < 3 or len(parts[2]) < 20:
        return False
    payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    return not SAMPLE_PAYLOAD.search(payload)
