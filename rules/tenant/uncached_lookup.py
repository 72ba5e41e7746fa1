"""The tenant is read from the database on every request, and nothing keeps it.

## Why
Which customer a request belongs to hardly ever changes, and every request asks. Without a cache each request starts with
a query, so the database answers as many trivial reads as there are requests, and the pool empties first when it slows.

## Bad
    from fastapi import Depends, FastAPI, Request
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()
    app = FastAPI()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)
        subdomain = Column(String)

    def get_db(): ...

    def current_tenant(request: Request, db: Session = Depends(get_db)):
        return db.query(Tenant).filter(Tenant.subdomain == request.url.hostname).first()

    @app.get("/a")
    def a(tenant=Depends(current_tenant)): ...

    @app.get("/b")
    def b(tenant=Depends(current_tenant)): ...

    @app.get("/c")
    def c(tenant=Depends(current_tenant)): ...

## Good
    from cachetools import TTLCache
    from fastapi import Depends, FastAPI, Request
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()
    app = FastAPI()
    tenants = TTLCache(maxsize=1000, ttl=60)

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)
        subdomain = Column(String)

    def get_db(): ...

    def current_tenant(request: Request, db: Session = Depends(get_db)):
        host = request.url.hostname
        if host in tenants:
            return tenants[host]
        tenant = db.query(Tenant).filter(Tenant.subdomain == host).first()
        tenants[host] = tenant
        return tenant

    @app.get("/a")
    def a(tenant=Depends(current_tenant)): ...

    @app.get("/b")
    def b(tenant=Depends(current_tenant)): ...

    @app.get("/c")
    def c(tenant=Depends(current_tenant)): ...

## Configuration
Which classes stand for a customer is recognised by name (`Tenant`, `Organization`, `Workspace`, ...) or by the base
`TenantMixin` of django-tenants, or set once for all rules: `tenant-models = ["Account"]` in `[tool.atomlint]`. Where
there is none, it is the class that users and two in five of all others have a column for (`Institute` where
`institute_id` is everywhere), or the only one with a `schema_name` or a `subdomain`, with medium confidence. Keys
of APIs and domains that belong to one count too (`ApiKey` with a `workspace_id`, `TenantDomain`, models with
`DomainMixin`), with medium confidence, and so does what a customer has one of, looked up by whose it is
(`TenantSubscription`, `License` with a `tenant_id`), where thirty routes or more ask, and a membership that is read
with its tenant (`select_related("organization")`, `joinedload`, `lazy="joined"`), or a user with a query more for it
(`selectinload`). `keys = ["portal"]` names further columns that tell a customer; `ttl` and `requests-per-day` are what
the message's saving is made of.

## For agents
Do not read the tenant from the database on every request: ask the cache that stands in front, and forget the entry
when the tenant changes.

## Limits
A handler that reads the tenant it is about, by id or slug, is not reported, nor a lookup whose row is then changed. One
that reads the tenant by host (subdomain, domain, ...) is, with low confidence where it has one route and with medium
where it has more, unless it only asks whether there is one. So are helpers that many routes call, with medium
confidence, also where a branch may keep a request away. Neither is, when one in five of the callers changes or deletes
the row. A helper of fewer than twenty routes out of many, a dependency of fewer than five, and a helper of less than
half of all routes that is given what their addresses name, are reported with low confidence. So are what a branch of a
helper reads for fewer than fifty routes, what is read for an error, and what is read beside a key whose every use is
noted in its row (`last_used_at`), and middlewares for one or two of the routes. Low are branches for those who run the
service (`user.is_superuser`), for where it is developed (`DEBUG`, SQLite), and for a part of the address. A cache
counts when its hit leaves before the query. Reads through repositories are reported where it is decided what is read:
at the statement, or at the call that says of which class; of an unknown class, nowhere.

What a request holds is not read again: a function that looks whether `g.tenant` or `request.state.tenant` is there is
quiet where another one sets it on every request without looking; where all of them look first, each is reported, and
where one only sets it for some people, with low confidence, as is what first asks a context variable. Quiet is
`session.get()` or `Tenant.query.get()` of a row that was put there with the same session; where requests only keep
something of the model's name, it is of low confidence. A dependency of fewer than thirty routes, or in a branch, is of
medium. What `SimpleLazyObject` defers is of medium confidence where some routes read it, and of low confidence where no
Python file does: templates are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, Option, rule

from .._askers import askers
from .._branches import (
    asks_a_cache_first,
    asks_the_context_first,
    is_refusal,
    leaves_before,
    leaves_for_others,
    may_be_skipped,
    sites_of,
    waits_for_few,
)
from .._brought import SELDOM, mends_itself
from .._methods import is_writing
from .._taken import is_taken, taken
from .._work import (
    ALWAYS,
    DAY,
    base_confidence,
    count_of_routes,
    describe_frequency,
    is_held,
    is_worth_saying,
    percent,
    trace_of,
    way,
)  # fmt: skip
from ._along import linking_models, tenant_along
from ._columns import HOSTS, KEYS, is_of_person, is_of_tenant, tells_customer
from ._dependants import is_resource
from ._models import had_models, is_said, telling_models, tenant_models
from ._noted import notes_use
from ._shown import is_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use

RARE = (*SELDOM, is_held, is_refusal, mends_itself)
"""What is to be seen of a lookup that few requests come to."""
ROUTES = Option("routes", 5, "routes that must share a helper function before its lookup is reported", minimum=2)
TENANT_KEYS = Option("keys", list[str](), "further columns that tell a customer, beside ids, slugs, names and hosts")
PARAMETERS = re.compile(r"\{(\w+)")
SHARED = 30
"""Routes from which a dependency is one that requests in general pay for."""
HELPED = 20
"""Routes from which a helper is: what fewer call may be a mail or a print, beside which a row is nothing."""
SKIPPED = 50
"""The same of one that may keep them away."""
FEW = 5
"""Routes from which a dependency of few of all is."""
TTL = Option("ttl", 300, "seconds that the suggested local cache lasts", minimum=1)
REQUESTS = Option(
    "requests-per-day", 144_000, "requests a day for one tenant, for the saving that the message names", minimum=1
)


@rule(
    "tenant-uncached-lookup",
    needs=(".query(", ".query.", "select(", ".get(", ".objects", "get_object_or_404(", "TenantMixin", "DomainMixin"),
    reach=True,
    shares="requests",
    severity="warning",
    options=(ROUTES, TENANT_KEYS, TTL, REQUESTS),
    since="0.1",
)
def looks_up_a_tenant(function: Function) -> bool:
    """A function on request paths that reads one tenant and does not change it."""
    work = function.index.lookup_work(looked_up(function.index)).get(function.value)
    if work is None or not work.of("open") or is_admin(function):
        return False
    return not changes_row(function, work) and not is_resource(function)


@looks_up_a_tenant.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    work = ctx.index.lookup_work(looked_up(ctx.index))[function.value]
    uses = lookups(function, work, KEYS | frozenset(ctx.option(TENANT_KEYS)))
    if not uses:
        return
    ways = tuple(path for path in work.paths if taken(ctx.index, path, uses[0].chain))
    if not ways:
        return
    work = work.along(ways)
    if work.frequency == "route" and work.path.steps:
        paths = tuple(path for path in work.paths if not leaves_before(ctx.index, path, uses[0]))
        work = work._replace(paths=paths, routes=work.routes - len(work.paths) + len(paths))
        if not paths or work.routes < ctx.option(ROUTES):
            return
    if len(uses) > 1:  # of two branches, the one that more requests take
        uses.sort(key=lambda use: -confidence(function, work, [use]).rank)
    call = ctx.index.call(function.path, uses[0].lookup.call)
    finding = ctx.finding(call, message(ctx, work, uses), confidence=confidence(function, work, uses))
    for use in uses[1:]:
        place = ctx.index.call(function.path, use.effect.call).span
        finding = finding.with_related(Note(place, f"{use.lookup.model_name} is read here too"))
    finding = finding.with_related(*askers(ctx.index, work.paths, function=function.value))
    repair = (
        f"keep the row in the process for {ctx.option(TTL)} s (a TTL cache keyed by what the request carries; unknown keys "
        "too), and drop it when it changes"
    )
    if along := tenant_along(ctx.index, uses[0]):
        repair = (
            f"read the row without its `{along}`, and keep that one in the process for {ctx.option(TTL)} s, by its key"
        )
    yield finding.with_trace(*trace_of(ctx.index, work, uses)).with_help(repair)


def looked_up(index: Index) -> frozenset[str]:
    """Names of the classes of tenants, of what tells them, of what they have, and of who belongs to them."""
    return tenant_models(index) | telling_models(index) | linking_models(index) | frozenset(had_models(index))


def is_admin(function: Function) -> bool:
    """Whether a function is only for operators, whose requests are few, by where it is kept."""
    parts = function.path.lower().split("/")
    return any(part.startswith("admin") for part in parts) or "internal" in parts[:-1]


def message(ctx: Context, work: RequestWork, uses: list[Use]) -> str:
    first = uses[0].lookup
    keys = " and ".join(key for key in first.keys if key != "?") or ("what is asked" if first.keys else "no key")
    when = describe_frequency(work, conditional=uses[0].conditional)
    if work.frequency == "route" and may_be_skipped(ctx.index, work, uses[0]):
        when = f"{when.replace('in the requests', 'in requests')} that take this branch"
    along = tenant_along(ctx.index, uses[0])
    name = f"{first.model_name} with its `{along}`" if along else first.model_name
    text = f"{name} is read by {keys} {when}, and never cached ({way(ctx.index, work, uses[0])})"
    ttl, requests = ctx.option(TTL), ctx.option(REQUESTS)
    loads = max(DAY // ttl, 1)
    if loads >= requests:
        return text
    person = along or is_of_person(first.keys)
    queries = "1 query" if loads == 1 else f"{loads:,} queries"
    text = f"{text}: {ttl} s in a local cache make it {queries} a day per {'user' if person else 'key'} at most"
    if person or (work.frequency == "route" and work.path.steps) or not is_worth_saying(1 - loads / requests):
        return text  # how often such a helper runs, or how many users there are, is anyone's guess
    return f"{text}; -{percent(1 - loads / requests)} at {requests:,} requests"


def lookups(function: Function, work: RequestWork, keys: frozenset[str] = KEYS) -> list[Use]:
    """Reads that find out whose request it is.

    A handler's own reads are about the tenant it shows, unless they go by host; and of those, the ones that only ask
    whether a name is taken find nothing out either.
    """
    if work.frequency == "route" and not work.path.steps:
        tenants = tenant_models(function.index)
        own = [use for use in work.of("open") if use.lookup.model_name in tenants]
        return [use for use in own if HOSTS.issuperset(use.lookup.keys or ("",)) and is_shown(function, use)]
    index = function.index
    telling, linking, had = telling_models(index), linking_models(index), had_models(index)
    found = []
    for use in work.of("open"):
        name = use.lookup.model_name
        if work.frequency == "route" and name in telling | linking | had.keys():
            continue
        if name in had:
            is_meant = is_of_tenant(use, had[name])
        elif name in linking:
            is_meant = bool(tenant_along(index, use))
        else:
            is_meant = tells_customer(use.lookup.keys, keys, work.frequency)
        if is_meant:
            found.append(use)
    if work.frequency == "route":  # a helper that only asks whether there is one finds out nothing to keep
        return [use for use in found if is_shown(function, use)]
    return found


def changes_row(function: Function, work: RequestWork) -> bool:
    """Whether the function assigns to an attribute of a row it read, deletes it, or locks it."""
    rows = {f"@{use.effect.call}" for use in work.uses}
    names = {a.target for a in function.assigns if type(a.value) is str and a.value in rows and type(a.target) is str}
    if any(type(a.target) is str and a.target.partition(".")[0] in names and "." in a.target for a in function.assigns):
        return True
    for call in function.calls:
        if call.name in ("delete", "setattr") and any(type(arg) is str and arg in names for arg in call.args):
            return True
        if call.name == "with_for_update":
            return True
    return False


def is_seldom(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a helper, or a dependency, is of few routes, and of few of all there are."""
    if work.frequency == "dependency" and work.path.entry.kind not in (*ALWAYS, "page"):
        return work.routes < min(FEW, count_of_routes(index) // 10)
    enough = SKIPPED if may_be_skipped(index, work, use) else HELPED
    return (
        work.frequency == "route" and bool(work.path.steps) and work.routes < min(enough, count_of_routes(index) // 4)
    )


def is_of_address(function: Function, work: RequestWork, use: Use) -> bool:
    """Whether a helper of less than half of all routes is given what their addresses name: ``/orgs/{org_id}/settings``.

    Those pages are about the tenant, as one that reads it by itself is.
    """
    index, entry = function.index, work.path.entry.function
    if 2 * work.routes >= count_of_routes(index):
        return False
    named = {name for route in index.project.routes.of(entry) for name in PARAMETERS.findall(route.path)}
    own = function.table.facts.scopes[function.ordinal].params
    steps = work.path.steps
    given = [
        leaf for param in own for at, leaf in index.provenance.upward(steps, function.value, param.name) if at == entry
    ]
    return any(leaf.text in named and leaf.text.endswith(use.lookup.keys) for leaf in given if leaf.kind == "param")


def confidence(function: Function, work: RequestWork, uses: list[Use]) -> Confidence:
    """Low where few requests can be told to come there: a helper of a few handlers among many, a handler of one route."""
    index = function.index
    asked = asks_a_cache_first(index, work, uses[0]) or asks_the_context_first(index, work, uses[0])
    if asked or any(few(index, work, uses[0]) for few in RARE):
        return Confidence.LOW
    if waits_for_few(index, [(at, call) for at, call, _ in sites_of(work, uses[0])]):
        return Confidence.LOW  # of what comes later, or of few, it looks in vain
    if not is_taken(index.call(function.path, uses[0].effect.call)):
        return Confidence.LOW  # no caller gives what its branch needs
    tells = uses[0].lookup.model_name in telling_models(index)
    if notes_use(index, work, uses[0]):
        return Confidence.LOW  # each such request writes a row as well
    helps = work.frequency == "route" and bool(work.path.steps)
    if is_seldom(index, work, uses[0]):
        return Confidence.LOW
    if (helps or not is_said(index)) and is_of_address(function, work, uses[0]):
        return Confidence.LOW
    if helps and all(is_writing(path, index) for path in work.paths):
        return Confidence.LOW  # of requests that change something, and want the row as it is
    if work.frequency == "route" and not work.path.steps and work.routes == 1:
        return Confidence.LOW
    level = base_confidence(index, work)
    links = uses[0].lookup.model_name in linking_models(index)
    has = uses[0].lookup.model_name in had_models(index)
    if work.frequency == "dependency" and work.routes < SHARED and work.path.entry.kind not in ALWAYS:
        level = Confidence.LOW if has else min(level, Confidence.MEDIUM, key=lambda c: c.rank)
    if index.project.held_rows.may_hold(uses[0].lookup.model_name, uses[0].chain):
        return Confidence.LOW
    shared = work.frequency != "route" and not (
        uses[0].conditional or tells or links or has or not is_said(index) or leaves_for_others(index, work, uses[0])
    )  # a copy of a key outlives its withdrawal
    return level if shared else min(level, Confidence.MEDIUM, key=lambda c: c.rank)
