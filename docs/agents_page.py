"""The page on instructions for coding agents: the block's keys from its types, the rest as it stands here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint.agents.check import iter_fields, wanted
from atomlint.agents.model import App, Architecture, Budget, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# CLAUDE.md and AGENTS.md

Coding agents act on what these files say. atomlint reads them, and the Markdown files that they import with `@path` (five
hops, inside of the project). It holds the project to what they declare, finds what they say wrongly, and writes into them
what the project's rules forbid.

## What the project declares

One block says how the project is deployed. It is data, so it can be checked; people and agents read it as it stands.

````markdown
<!-- BEGIN:atomlint-deploy v1 -->
```toml
config = "fly.toml"
also-allowed = ["fly.staging.toml"]
secrets = ["DATABASE_URL", "REDIS_URL"]

[env]
ENVIRONMENT = "production"
LOG_LEVEL = ["INFO", "WARNING"]
DB_POOL_SIZE = "*"

[kill-switches]
redis = "SUSPEND_REDIS"

[apps.harbour-desk]
regions = ["ams"]
auto-stop = "off"
groups = { api = { machines = 2 }, worker = { machines = 1 } }

[budget]
database-connections = 40
redis-commands-per-request = 2
poll-seconds = 300
```
<!-- END:atomlint-deploy -->
````

Every key is optional, and what is not declared is not checked: without a block, several Fly.io configurations in a project
are nobody's mistake. The block is about the folder of its CLAUDE.md or AGENTS.md, also where it stands in a file that these
import; its paths count from there, and for a file the block of the nearest folder above it counts. A folder has one block.
"""
RULES = """
## What the block is for

| rule | what it finds |
| --- | --- |
| [`fly-topology-drift`](rules/fly-topology-drift.md) | a configuration, app, process group or region that is not declared |
| [`fly-env-contract`](rules/fly-env-contract.md) | a declared variable that `[env]` lacks, a secret that it holds |
| [`agent-block-invalid`](rules/agent-block-invalid.md) | a wrong key, type or value, a marker that makes no block |
| [`agent-block-stale`](rules/agent-block-stale.md) | a declared file or kill switch that is gone |

Options of other rules that the configuration leaves at their default take their value from the block:

| key | rule | option |
| --- | --- | --- |
"""
TOLD = """
## What agents are told

```console
$ atomlint agents sync
CLAUDE.md: brought up to date
```

writes a second block, one line for each rule that the project enables and that can fail a run: what it forbids, in the
words of the rule's page. What destroys data comes first. `agent-rules` of `[tool.atomlint]` chooses rules or families.

```markdown
<!-- BEGIN:atomlint-rules v1 -->
<!-- Written by `atomlint agents sync`: change the configuration, then run it again. -->
...
<!-- END:atomlint-rules -->
```

It goes into every CLAUDE.md and AGENTS.md that holds the block, else into the project's own; a file that is named
(`atomlint agents sync AGENTS.md`) is made when it is not there. Every byte outside of the block stays. In CI,
`atomlint agents check` ends with 1 when the block is not what `sync` would write; the rule
[`agent-rules-stale`](rules/agent-rules-stale.md) says the same in every run of `atomlint check`.

## What they say wrongly

[`agent-doc-contradiction`](rules/agent-doc-contradiction.md) finds a file, a make target, a script or a Fly.io
configuration that they name and the project does not have.
"""


def agents_page(rules: list[Any]) -> str:
    """The whole page."""
    parts = [HEAD]
    for title, kind in (("Keys", Architecture), ("`[apps.<name>]`", App), ("A group", Group), ("`[budget]`", Budget)):
        parts.append(f"### {title}\n\n| key | type | meaning |\n| --- | --- | --- |")
        parts += [*rows(kind), ""]
    options = [
        f"| `{option.declared}` | [`{rule.id}`](rules/{rule.id}.md) | `{option.name}` |"
        for rule in rules
        for option in rule.options
        if option.declared
    ]
    return "\n".join(parts).rstrip() + "\n" + RULES + "\n".join(options) + "\n" + TOLD


def rows(kind: type) -> Iterator[str]:
    """One row a key."""
    for name, type_, meaning in iter_fields(kind):
        yield f"| `{name}` | {wanted(type_)} | {meaning} |"
