"""A credential stands in `[env]` of a Fly.io configuration.

## Why
`[env]` is for what anybody may read: it lies in the repository and in the image's configuration, and every machine of
every process group gets it. `fly secrets set` keeps a value encrypted and out of both. flyctl warns by the variable's
name when it deploys, of `KEY_FILE` and of a real key alike, and not when it validates; this rule judges by the value.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [env]
      DATABASE_URL = "postgresql://desk:hunter2hunter@db.harbour.dev/desk"

## Good
    --- fly.toml
    # fly secrets set DATABASE_URL=...
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Limits
What is a credential is the judgement of the family `secret`: tokens by their form, URLs with a password, random values
under a telling name, with its confidence. Guessable passwords such as `password` and `changeme` are reported too in files
that deploy production, with medium confidence. `secret-hardcoded` reports the first kind as well, as a value that lies
in the repository. No message holds a value or a part of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, FlyFile, rule

from ..secret._keys import family, signs
from ..secret._placeholders import is_reference
from ..secret._tiers import is_trivial
from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Variable

GUESSABLE = re.compile(
    r"change.?me|replace.?me|changethis|password\w?|passw0rd|admin|secret|letmein|your.*", re.IGNORECASE
)
PASSWORD_URL = re.compile(r"[a-z][a-z0-9+.-]*://([^\s:/@]*):([^\s@/]+)@", re.IGNORECASE)


@rule("fly-secret-in-env", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the value."""
    file = fly_file(ctx, document)
    if file is None or not file.env:
        return
    judged = judgements(file)
    for variable in file.env.values():
        what, confidence = judged.get(variable.name, ("", ""))
        if not what and file.other_stage is None and is_guessable(variable):
            what, confidence = "a password that can be guessed", "medium"
        if what:
            yield ctx.finding(
                variable.value_span,
                f"{variable.name} in [env] holds {what}",
                confidence=Confidence(confidence),
            ).with_help(f"Take it out, make it invalid at its issuer, and use: fly secrets set {variable.name}=...")


def judgements(file: FlyFile) -> dict[str, tuple[str, str]]:
    """What the secret family says of the values, by variable: what it is, and how sure that is."""
    from ..secret._scan import scan
    from ..secret._tiers import tier_of

    source = file.document.source
    spans = [
        (source.offset(variable.value_span.start), source.offset(variable.value_span.end), variable.name)
        for variable in file.env.values()
    ]
    found: dict[str, tuple[str, str]] = {}
    for hit in scan(source, bare=False):
        tier = tier_of(hit, path=file.path, is_test=False)
        for start, end, name in spans if tier is not None else ():
            if start <= hit.start and hit.end <= end and tier is not None:
                kind = hit.kind if hit.origin != "keyed" else f"{hit.kind}"
                found.setdefault(name, (f"{'an' if kind[0] in 'aeiouA' else 'a'} {kind}", tier))
    return found


def is_guessable(variable: Variable) -> bool:
    """Whether a value under the name of a password or signing key is one of those that are tried first."""
    value = variable.value
    url = PASSWORD_URL.match(value)
    if url is not None:
        return is_trivial(url[2], url[1]) and not is_reference(url[2])
    kind = family(variable.name)
    if kind != "password" and not (kind is not None and signs(variable.name)):
        return False
    return bool(value) and not is_reference(value) and (is_trivial(value) or GUESSABLE.fullmatch(value) is not None)
