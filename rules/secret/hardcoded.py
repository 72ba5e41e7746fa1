"""A credential written into a file of the repository.

## Why
Whoever can read the repository, a fork, a backup or a container image can use the credential, and deleting the line
does not take it back: it stays in the history. Tests and archived scripts are read just as well, so they count too. The
repair has two steps: make the old credential invalid at its issuer, and read the new one from the environment.

No output of atomlint holds a value or a part of it. A finding says what it is, under which name it stands, how long it
is and of which characters; its fingerprint is an HMAC under a key of the repository.

## Bad
    CRM_CLIENT_SECRET = os.getenv("CRM_CLIENT_SECRET", "a value that a machine made")
    engine = create_engine("postgresql://app:its-password@db.shop.dev/app")

## Good
    CRM_CLIENT_SECRET = os.environ["CRM_CLIENT_SECRET"]
    engine = create_engine(settings.database_url)

## Configuration
`ignore-keys` lists names whose values are never reported, as they stand in the file:

    [tool.atomlint.rules.secret-hardcoded]
    ignore-keys = ["DEMO_PASSWORD"]

A line with detect-secrets' comment `pragma: allowlist secret`, or below `pragma: allowlist nextline secret`, is left
out, as is one with atomlint's own suppression.

Confidence says how plain the case is:

- high: a provider's token, a private key with its body, a URL with a password for a host that others can reach, or a
  value that a machine made under a name such as `CRM_API_KEY`. These fail the run in tests and documentation too.
- medium: a password or a signing key that a person chose, outside tests and documentation; a placeholder that the
  program runs with when a variable is not set; a URL with a password for the local machine; an `access_token` or
  other token whose name tells no issuer.
- low: the same in a test, documentation, an example or a template.

## For agents
Never write a credential into a file, a test or an example among them. Read it from the environment; in tests,
generate one.

## Limits
The plugins of detect-secrets, and some more for providers that it lacks, find tokens by their form; values without a
form are found by the name they stand under (`*_SECRET`, `*_TOKEN`, `*PASSWORD`, `*_API_KEY`, `client_secret=` ...).
A value is missed when its name says nothing (`KEY_B = "..."`), when it is compared, concatenated or formatted, when it
stands in a list, in UTF-16, or more than three lines below its name. A random value without digits, shorter than 16
characters, or with a word such as `test` or `example` in it counts as made up. Nothing is ever sent to a provider, so a
revoked credential looks like a live one.

Read are Python, TOML, YAML, JSON, dotenv files, Dockerfiles, Procfiles, Markdown, shell scripts (`.sh`, `.bash`,
`.zsh`, `.envrc`), settings (`.ini`, `.cfg`, `.conf`, `.properties`), Makefiles, justfiles and `.flaskenv`, `.npmrc`,
`.netrc`, `.pgpass`; nothing else, so no JavaScript, SQL or Terraform. Of these, lock files and recorded output
(`__snapshots__`, `cassettes`) are left out, whose random strings are digests, and JSON over one megabyte. Lines over
8,192 characters are read only round what may begin a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Finding, Option, Text, TextContext, rule, secret_digest

from ._paths import skipped, values_may_be_bare

if TYPE_CHECKING:
    from collections.abc import Iterator

IGNORED = Option[list[str]]("ignore-keys", [], "names whose values are never reported, such as DEMO_PASSWORD")
HELP = "Make it invalid at its issuer, then read the new one from the environment."


@rule("secret-hardcoded", tests=True, severity="error", options=(IGNORED,), since="0.1")
def may_hold_credentials(text: Text) -> bool:
    """Any text that is neither recorded output nor data."""
    return not skipped(text.path, len(text.data))


@may_hold_credentials.on("*")
def report(ctx: TextContext, text: Text) -> Iterator[Finding]:
    """One finding a value and place."""
    from ._message import message_of
    from ._scan import scan
    from ._tiers import tier_of

    ignored = frozenset(ctx.option(IGNORED))
    for hit in scan(text.source, bare=values_may_be_bare(text.path)):
        tier = tier_of(hit, path=text.path, is_test=text.is_test)
        if tier is not None and hit.key not in ignored:
            yield ctx.finding(
                text.source.span(hit.start, hit.end),
                message_of(hit),
                confidence=Confidence(tier),
                fingerprint=secret_digest(hit.value, ctx.key) if ctx.key else "",
            ).with_help(HELP)
