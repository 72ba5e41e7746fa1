"""A script or workflow runs flyctl with a configuration that does not exist.

## Why
Files are renamed and merged, and the script that deploys them is the last to be told: it fails when it is needed, or
somebody restores the file from history and deploys an application of last year. Nothing checks a script before it runs, flyctl
least of all.

## Bad
    --- scripts/deploy.sh
    #!/bin/sh
    cd "$(dirname "$0")/.."
    fly deploy --config fly.api.toml

    --- fly.toml
    app = "harbour-desk"

## Good
    --- scripts/deploy.sh
    #!/bin/sh
    cd "$(dirname "$0")/.."
    fly deploy --config fly.toml

    --- fly.toml
    app = "harbour-desk"

## Limits
Read are shell scripts and the `run` steps of GitHub workflows; `cd` and `working-directory` are followed as far as they
are literal, and a path that holds an unknown variable is passed over. Quiet for a file that the script itself writes or
tests for, and for absolute paths. A script without a `cd` may be started anywhere: the file is looked for beside it and in
every folder above. Makefiles and other programs are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.flyctl import Invocation

WRITES = re.compile(
    r">|\b(?:cp|mv|tee|envsubst|sed|cat|touch|test|launch|generate|curl|wget|render|download)\b|\[\[? -|-[ef] "
)


@rule("fly-config-ref-dangling", severity="error", since="0.1")
def runs_flyctl(document: Document) -> bool:
    """A script or a workflow that mentions Fly.io."""
    return document.kind in ("shell", "workflow") and b"fly" in document.source.data


@runs_flyctl.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the path after ``--config``."""
    files = frozenset(ctx.index.files)
    for call in ctx.index.deployments.calls_in(document):
        paths = call.candidates()
        if call.config is None or call.config_span is None or not paths or exists(files, paths):
            continue
        if paths[0].startswith("..") or is_made(document, call):
            continue
        elsewhere = sorted(path for path in files if f"/{path}".endswith(f"/{call.config.removeprefix('./')}"))
        where = f"; {elsewhere[0]} does" if elsewhere else ""
        is_sure = not elsewhere and not (document.kind == "workflow" and checks_out_more(document))
        yield ctx.finding(
            call.config_span,
            f"flyctl is told to use {call.config}, and {paths[0]} does not exist{where}",
            confidence=None if is_sure else Confidence.MEDIUM,
        )


def exists(files: frozenset[str], paths: list[str]) -> bool:
    """Whether one of the paths is a file, or a folder with a ``fly.toml``."""
    return any(path in files or f"{path}/fly.toml" in files or f"{path.rstrip('.')}fly.toml" in files for path in paths)


def is_made(document: Document, call: Invocation) -> bool:
    """Whether a line of the script that does not deploy writes the file, or asks whether it is there."""
    name = (call.config or "").rpartition("/")[2]
    here = call.command.span
    for number, line in enumerate(document.source.lines, 1):
        if name in line and not here.start.line <= number <= here.end.line and WRITES.search(line):
            return True
    return False


def checks_out_more(document: Document) -> bool:
    """Whether a workflow checks out other repositories, or into another folder."""
    return re.search(r"^\s+(?:repository|path):", document.source.text, re.MULTILINE) is not None
