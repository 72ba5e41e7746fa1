"""A command in a Fly.io configuration uses a shell, and none runs it.

## Why
flyctl splits the commands of `[processes]` and `release_command` into words and hands them to the image as they are: in
`python migrate.py && uvicorn app:app` the program `python` gets `&&`, `uvicorn` and `app:app` as arguments, and no server
ever starts. `$PORT` stays `$PORT`. flyctl checks that the quotes close, and nothing else.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [processes]
      app = "python migrate.py && uvicorn app:app --host 0.0.0.0 --port 8080"

## Good
    --- fly.toml
    app = "harbour-desk"

    [processes]
      app = "sh -c 'python migrate.py && exec uvicorn app:app --host 0.0.0.0 --port 8080'"

## Limits
Quiet when the Dockerfile's `ENTRYPOINT` is a shell, or a script that evaluates its arguments. For images that buildpacks
make, whose launcher may run a shell, the confidence is medium.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Deployment, Document, Edit, Finding, Span, rule

from ._files import may_be_fly, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELLS = re.compile(r"(?:.*/)?(?:ba|da|z|a|k)?sh")
OPERATOR = re.compile(r"&&|\|\|?|;|&|\d?(?:>>?|<)(?:&?[\w./-]*)")
VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[^}]*\}|\()")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
EVALUATES = re.compile(r"""\beval\b|\bsh\s+-\w*c\s+["']?\$""")


@rule("fly-shell-in-command", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the command."""
    found = ctx.index.deployments.of(document)
    if found is None:
        return
    for command, span, label in commands(found):
        what = needs_shell(command)
        if not what or runs_shell(found):
            continue
        made = ctx.finding(
            span,
            f"no shell runs {label}: {what}",
            confidence=None if found.fly.build.builder is None else Confidence.MEDIUM,
        )
        wrapped = f"sh -c {shlex.quote(command)}"
        yield made.with_fix("Run it by sh -c", Edit(span, quoted(document, wrapped)), safe=True)


def commands(deployment: Deployment) -> Iterator[tuple[str, Span, str]]:
    """The commands that flyctl splits, with their places and what they are called."""
    for group in deployment.fly.declared_groups:
        if group.command and group.value_span is not None:
            yield group.command, group.value_span, f"the command of {group.name}"
    for key in ("release_command", "seed_command"):
        item = deployment.document.get("deploy", key)
        if item is not None and isinstance(item.value, str):
            yield item.value, item.value_span, key


def needs_shell(command: str) -> str:
    """What a command has that only a shell understands, as the end of a message; empty when it has nothing."""
    try:
        plain = shlex.split(command)
        written = shlex.split(command, posix=False)  # with its quotes: what stands in them is meant as it is
    except ValueError:
        return ""
    if not plain or SHELLS.fullmatch(plain[0]) or any(SHELLS.fullmatch(word) for word in plain[:3]):
        return ""
    if ASSIGNMENT.fullmatch(plain[0]):
        return f"{plain[0].partition('=')[0]}= is taken for the name of a program"
    operator = next((word for word in written if OPERATOR.fullmatch(word)), None)
    if operator is None and any(word.endswith(";") for word in written[:-1]):
        operator = ";"
    if operator is not None:
        return f"the program gets {operator} as an argument"
    variable = VARIABLE.search(command)
    if variable is not None and not in_single_quotes(command, variable.start()):
        return f"the program gets {variable[0].rstrip('(')} as it is written"
    return ""


def in_single_quotes(command: str, place: int) -> bool:
    """Whether a place lies in single quotes, where a shell would not look either."""
    return command[:place].count("'") % 2 == 1


def runs_shell(deployment: Deployment) -> bool:
    """Whether the image's entry point is a shell, or a script that evaluates what it is given."""
    words = deployment.entrypoint
    if any(SHELLS.fullmatch(word) for word in words) and any(re.fullmatch(r"-\w*c", word) for word in words):
        return True
    return any(EVALUATES.search(deployment.script(word)) for word in words)
