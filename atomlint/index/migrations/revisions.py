"""Revisions of Alembic: which files are, in which order they run, and which environment they belong to."""

from __future__ import annotations

from collections import defaultdict
from posixpath import basename, dirname
from typing import TYPE_CHECKING, NamedTuple

from ..mapping.records import Site
from ..tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...facts.records import Expr
    from ..facade import Index


class Revision(NamedTuple):
    """One file of a version folder."""

    path: str
    name: str
    after: tuple[str, ...]


class Environment(NamedTuple):
    """One ``env.py`` with its revisions in the order in which they run; the path is empty for revisions without one."""

    path: str
    revisions: tuple[Revision, ...]
    targets: tuple[Site, ...]
    """What its calls of ``context.configure`` give as ``target_metadata``."""
    filters: bool
    """Whether it leaves tables out (``include_object``, ``include_name``)."""


def environments(index: Index) -> list[Environment]:
    """Every environment that has revisions. A version folder belongs to the nearest ``env.py`` above it, else to the only one."""
    found = [revision for path in index.paths if (revision := _revision(index, path)) is not None]
    homes = _configured(index)
    grouped: dict[str, list[Revision]] = defaultdict(list)
    for revision in found:
        above = [env for env in homes if f"{revision.path}/".startswith(f"{dirname(env)}/" if dirname(env) else "")]
        nearest = max(above, key=lambda env: len(dirname(env)), default="")
        grouped[nearest or (next(iter(homes)) if len(homes) == 1 else "")].append(revision)
    return [
        Environment(env, tuple(_ordered(revisions)), *homes.get(env, ((), False)))
        for env, revisions in sorted(grouped.items())
    ]


def _revision(index: Index, path: str) -> Revision | None:
    table = index.project.linker.table(path)
    down = [b.assign for b in table.lookup(0, "down_revision") if b.assign is not None and b.assign.scope == 0]
    name = [b.assign for b in table.lookup(0, "revision") if b.assign is not None and b.assign.scope == 0]
    if not down or not name or basename(path) == "env.py":
        return None
    return Revision(path, text_of(name[-1].value) or path, tuple(_texts(down[-1].value)))


def _texts(expr: Expr) -> Iterable[str]:
    if type(expr) is list and expr[:1] == ["[]"]:
        return [text for part in expr[1:] if (text := text_of(part)) is not None]
    text = text_of(expr)
    return [] if text is None else [text]


def _configured(index: Index) -> dict[str, tuple[tuple[Site, ...], bool]]:
    """Files that configure Alembic's context."""
    found: dict[str, list[Site]] = defaultdict(list)
    filtering: set[str] = set()
    for path, ordinal in index.project.linker.call_sites("configure"):
        call = index.project.linker.table(path).facts.calls[ordinal]
        keywords = dict(call.keywords)
        if basename(path) != "env.py" and "target_metadata" not in keywords:
            continue
        if "target_metadata" in keywords:
            found[path].append(Site(path, call.scope, keywords["target_metadata"]))
        else:
            found[path]
        if {"include_object", "include_name", "**"} & keywords.keys():
            filtering.add(path)
    return {path: (tuple(sites), path in filtering) for path, sites in found.items()}


def _ordered(revisions: list[Revision]) -> list[Revision]:
    """Revisions after those that they revise; by path where nothing tells."""
    by_name = {revision.name: revision for revision in revisions}
    done: dict[str, Revision] = {}
    for first in sorted(revisions):
        stack, entered = [first], set()
        while stack:
            at = stack[-1]
            waiting = [by_name[n] for n in at.after if n in by_name and n not in done and n not in entered]
            entered.add(at.name)
            if waiting:
                stack.append(waiting[0])
                continue
            done.setdefault(at.name, at)
            stack.pop()
    return list(done.values())
