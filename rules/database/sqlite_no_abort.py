"""An engine of production can end up on SQLite, and nothing refuses it.

## Why
A fallback is one missing variable away. The engine is the last place that sees the URL before customers' data go
through it: a check there, `if url.startswith("sqlite") and production: raise`, turns a quiet outage (an empty database,
accounts that are gone) into a deployment that does not start.

## Bad
    import os
    from sqlalchemy import create_engine

    ENVIRONMENT = os.getenv("ENVIRONMENT", "development")

    def database_url():
        if ENVIRONMENT == "production":
            return os.environ["DATABASE_URL"]
        return os.getenv("DATABASE_URL", "sqlite:///./dev.db")

    engine = create_engine(database_url())

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Good
    import os
    from sqlalchemy import create_engine

    def database_url():
        url = os.getenv("DATABASE_URL", "sqlite:///./dev.db")
        if url.startswith("sqlite") and os.environ["ENVIRONMENT"] != "development":
            raise RuntimeError("SQLite outside of development")
        return url

    engine = create_engine(database_url())

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Limits
Reported where a Fly.io configuration deploys the engine and does not set what its URL is read from, so that production
is known. What falls back is reported beside it by `database-sqlite-default`, with the same conditions: this rule points
at the place for the check. A database that is meant to be a file on a volume is none of its business: quiet when the
file lies below a mount of the deployment. An engine whose URL is written out as SQLite is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, atoms, condition, references, rule

from ._fallbacks import fallbacks
from ._open import SCRIPTS, knows_no_other, opening
from ._refusals import refusals
from .sqlite_default import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Deployment, Index

    from ._fallbacks import Fallback
    from ._open import Opening


@rule("database-sqlite-no-abort", needs=("create_engine", "create_async_engine"), since="0.1")
def makes_an_engine(call: Call) -> bool:
    """An engine of production over a URL that is read from a setting."""
    pools = call.index.pools
    if call not in pools.calls or SCRIPTS.search(call.path) or not pools.is_served(call):
        return False
    return bool(open_fallbacks(call.index, call))


@makes_an_engine.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The engine, with the fallback that it can be made of and the deployment that leaves it open."""
    index = ctx.index
    for deployment in index.deployments.production:
        if not deployment.builds(call.path):
            continue
        for fallback, found in open_fallbacks(index, call):
            if is_deployed(fallback, found, deployment) and not is_refused(index, call, fallback, deployment):
                yield finding(ctx, call, fallback, found, deployment)
                return


def open_fallbacks(index: Index, call: Call) -> list[tuple[Fallback, Opening]]:
    """The fallbacks behind an engine's URL that nothing shuts."""

    def find() -> list[tuple[Fallback, Opening]]:
        reads = set(index.settings_behind(call.path, call.scope, call.argument(0, "url")))
        found = []
        for path in sorted({read.path for read in reads}):
            for fallback in (one for group in fallbacks(index, path).values() for one in group):
                open_ = opening(index, fallback) if fallback.read in reads else None
                if open_ is not None and not is_set_here(call, fallback):
                    found.append((fallback, open_))
        return found

    result: list[tuple[Fallback, Opening]] = index.keep(("open-fallbacks", call.path, call.ordinal), find)
    return result


def is_set_here(call: Call, fallback: Fallback) -> bool:
    """Whether an engine lies in a branch that the setting's absence does not reach."""
    for kind, test in call.frames:
        if kind not in ("if", "else", "after") or test is None:
            continue
        for atom, negated in atoms(condition(kind, test)):
            for reference in references(atom) if not negated else ():
                reads = call.index.settings_behind(call.path, call.scope, reference)
                if any(read.name in fallback.read.names for read in reads):
                    return True
    return False


def is_deployed(fallback: Fallback, found: Opening, deployment: Deployment) -> bool:
    """Whether a deployment takes the fallback: it sets neither the URL nor the mode, and no volume holds the file."""
    if found.deployment is not None and found.deployment.path != deployment.path:
        return False
    if deployment.sets(fallback.read.names):
        return False
    file = fallback.text.partition(":///")[2]
    return not any(mount.holds(file) for mount in deployment.fly.mounts)


def is_refused(index: Index, call: Call, fallback: Fallback, deployment: Deployment) -> bool:
    """Whether something that the engine's module imports refuses to go on without the setting, in what is deployed."""
    for path in sorted(index.pools.imported(call.path)):
        for refusal in refusals(index, path):
            names = {read.name for read in refusal.reads}
            if refusal.path != path or not names.intersection(fallback.read.names):
                continue
            mode = refusal.branch.reads if refusal.branch is not None else ()
            if not mode or deployment.sets([name for read in mode for name in read.names]):
                return True
    return False


def finding(ctx: Context, call: Call, fallback: Fallback, found: Opening, deployment: Deployment) -> Finding:
    """On the engine: high confidence where a guard is left open, as the code itself tells production apart."""
    index = ctx.index
    confidence = Confidence.HIGH if found.guard is not None else Confidence.MEDIUM
    if found.guard is None and knows_no_other(index):
        confidence = Confidence.LOW
    made = ctx.finding(
        call,
        f"production can reach this engine on SQLite ({shown(fallback.text)}), and nothing refuses to start",
        confidence=confidence,
    )
    place = fallback.read.span if fallback.place is None else index.place_span(fallback.path, fallback.place, "sqlite")
    document = deployment.document
    names = [found.guard.reads[0].name] if found.guard is not None else []
    names.append(fallback.read.name)
    unset = " and ".join(names)
    return made.with_related(
        Note(place, f"is the database when {fallback.read.name} is unset"),
        Note(document.table("env") or document.span, f"{unset}: not set here"),
    ).with_help("Raise before the engine is made when the URL is SQLite's and the process is not for development.")
