"""The tenant's row is loaded by itself, through whoever asks, on every request.

## Why
`request.user.organization` in a middleware looks like an attribute and is a query: the user's row was loaded without the
organization's. So each request asks the database once more for a row that hardly ever changes, often for a name or a flag.

## Bad
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    AUTH_USER_MODEL = "shop.User"
    MIDDLEWARE = [
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "shop.middleware.OrganizationMiddleware",
    ]
    --- shop/middleware.py
    class OrganizationMiddleware:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            if request.user.is_authenticated:
                request.organization = request.user.organization
            return self.get_response(request)
    --- shop/models.py
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    class Organization(models.Model):
        name = models.CharField(max_length=100)

    class User(AbstractUser):
        organization = models.ForeignKey(Organization, on_delete=models.CASCADE)

## Good
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    AUTH_USER_MODEL = "shop.User"
    MIDDLEWARE = [
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "shop.middleware.OrganizationMiddleware",
    ]
    --- shop/middleware.py
    class OrganizationMiddleware:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            if request.user.is_authenticated:
                request.organization_id = request.user.organization_id
            return self.get_response(request)
    --- shop/models.py
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    class Organization(models.Model):
        name = models.CharField(max_length=100)

    class User(AbstractUser):
        organization = models.ForeignKey(Organization, on_delete=models.CASCADE)

## Configuration
Which classes stand for a customer is told as for `tenant-uncached-lookup`: `tenant-models` in `[tool.atomlint]`.

## For agents
Read `user.organization_id` where the id is enough, and load the row with the user's (`select_related`) or from a local cache
where it is not.

## Limits
Known are Django's `request.user` and Flask-Login's `current_user`, of a project with one class of users, in what runs
before every request or stands in front of many routes (middlewares, permissions, dependencies, context processors),
and what these call. Findings are of medium confidence at most, and of low where a branch for something else than who
is signed in stands around, where it is for staff, where fewer than thirty routes have it in front of them, where users
are known by tokens that views read (nobody is signed in before), or where the project puts users of its own on
requests. Nothing is said where anything that reads users brings the row along (`select_related("organization")`,
`joinedload`), nor of what stands behind an `or`, `request.organization or request.user.organization`, or in a lambda.
A cache in front of a read is not looked for: such a finding is of low confidence only where a branch says so. Users
that FastAPI's dependencies return are not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Confidence, Context, Finding, Function, Note, condition, dotted, frequency, inside, rule

from .._repeats import is_refusal
from .._staff import in_staff_branch, is_admin
from .._turns import held
from .._ways import number_of_routes
from ._models import is_said, tenant_models
from ._whoever import Read, reads_of_user, user_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.reach import Path
    from atomlint.index.relationships import Relationship
    from atomlint.index.value import Value

NEEDS = (
    ".user", '"user"', "current_user", "AbstractUser", "AbstractBaseUser", "UserMixin", "django.db", "sqlalchemy",
    "permission_classes",
)  # fmt: skip
SHARED = 30
"""Routes from which what stands in front of them is what requests in general pay for."""
BRANCHES = frozenset({"if", "else", "after"})
ABOUT = ("hasattr", "getattr", "request.user", "isinstance", "AnonymousUser")
"""Beginnings of names in tests for whether somebody is signed in."""
LISTED = ("route-dependency", "auth-dependency")
"""Kinds of entry points that views list."""
MOST = 4
"""Other functions that are named."""


class Lazy(NamedTuple):
    """A read that loads the tenant's row."""

    read: Read
    relationships: tuple[Relationship, ...]
    """From the user on; the last one leads to the tenant."""

    @property
    def attribute(self) -> str:
        """``profile__organization``."""
        return "__".join(relationship.attribute for relationship in self.relationships)

    @property
    def asks_for_key(self) -> bool:
        """Whether it only reads what the user's own row has."""
        return self.read.names[len(self.relationships) :] in (("id",), ("pk",))


@rule(
    "tenant-lazy-lookup",
    needs=NEEDS,
    reach=True,
    shares="requests",
    severity="warning",
    since="0.1",
)
def loads_the_tenant(function: Function) -> bool:
    """A function on request paths that reads the tenant of whoever asks through their row, before all others that do."""
    return function.value in first_of_all(function.index)


@loads_the_tenant.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """The read, with the other functions, which find the row where this one left it."""
    found, others = first_of_all(ctx.index)[function.value]
    paths = often(function)
    target = found.relationships[-1].target
    assert target is not None
    model = ctx.index.table(target.place).facts.scopes[target.scope].name
    routes = routes_of(function)
    when = f"in front of {routes} route{'s' if routes > 1 else ''}"
    if is_of_all(paths[0]):
        when = "on every page" if paths[0].entry.kind == "page" else "on every request"
    count = len(found.relationships)
    finding = ctx.finding(
        ctx.index.place_span(function.path, found.read.place),
        f"`{found.read.written}` loads the {model} row of whoever asks {when}: {count} quer{'ies' if count > 1 else 'y'} "
        f"more than the user's own",
        confidence=confidence(function, found),
    )
    for other in others[:MOST]:
        finding = finding.with_related(Note(ctx.index.function(other).span, "and it is read here"))
    made = ctx.index.call(found.relationships[-1].path, found.relationships[-1].call).span
    finding = finding.with_related(Note(made, "the relationship is loaded when it is first read"))
    yield finding.with_trace(*ctx.index.steps(paths[0])).with_help(repair(found))


def repair(found: Lazy) -> str:
    """What spares the query."""
    if found.asks_for_key:
        return f"`{found.read.written.rpartition('.')[0]}_id` is there without a query"
    option = f'`select_related("{found.attribute}")`' if found.relationships[0].django else "`joinedload`"
    return f"load it with the user ({option}), keep it by its key for some minutes, or read the key alone where that is enough"


def first_of_all(index: Index) -> dict[Value, tuple[Lazy, list[Value]]]:
    """Of all functions that read one relationship of whoever asks, the one to report, and the others."""
    found: dict[Value, tuple[Lazy, list[Value]]] = index.keep("lazy tenants", lambda: dict(_first_of_all(index)))
    return found


def _first_of_all(index: Index) -> Iterator[tuple[Value, tuple[Lazy, list[Value]]]]:
    reads: dict[str, list[tuple[Function, Lazy]]] = {}
    for function in index.reached if user_model(index) is not None else ():
        found = [] if function.in_test or is_lambda(function) else list(_lazies(function))
        if found and often(function):  # its paths are the dearer question
            lazy = min(found, key=lambda one: one.asks_for_key)
            reads.setdefault(lazy.attribute, []).append((function, lazy))
    for each in reads.values():
        each.sort(key=lambda one: (-confidence(*one).rank, not is_of_all(often(one[0])[0]), -routes_of(one[0])))
        function, lazy = each[0]
        yield function.value, (lazy, [other.value for other, _ in each[1:]])


def is_lambda(function: Function) -> bool:
    """Whether a function waits for a reader: ``SimpleLazyObject(lambda: request.user.organization)``."""
    return function.table.facts.scopes[function.ordinal].name.startswith("<") or not function.name


def routes_of(function: Function) -> int:
    """Routes that stand behind a function; of a permission that views list, these views."""
    index, paths = function.index, often(function)
    counts = [number_of_routes(index, paths)]
    for path in paths:
        entry = path.entry.function
        if path.entry.kind in LISTED:
            owner = index.table(entry.place).facts.scopes[entry.scope].parent
            counts += [
                index.project.requests.declared(entry),
                index.project.listviews.asking(entry._replace(scope=owner)),
            ]
    return max(counts)


def _lazies(function: Function) -> Iterator[Lazy]:
    index = function.index
    user = user_model(index)
    if user is None or index.project.rowsets.loads_always(user[0].value):
        return
    tenants = tenant_models(index)
    for read in reads_of_user(function):
        along: list[Relationship] = []
        model = user[0].value
        for name in read.names:
            relationship = index.project.relationships.of(model).get(name)
            if relationship is None or not relationship.queries or relationship.uselist or relationship.target is None:
                break
            along.append(relationship)
            model = relationship.target
            if index.table(model.place).facts.scopes[model.scope].name in tenants:
                lazy = Lazy(read, tuple(along))
                if along[0].attribute not in brought(index, user[0].name):
                    yield lazy
                break


def brought(index: Index, user: str) -> frozenset[str]:
    """Relationships that any read of one user's row brings along."""

    def find() -> frozenset[str]:
        lookups = [use.lookup for work in index.lookup_work(frozenset({user})).values() for use in work.uses]
        return frozenset(name for lookup in lookups for name in index.project.along.of(lookup))

    found: frozenset[str] = index.keep(("brought along", user), find)
    return found


def often(function: Function) -> list[Path]:
    """Paths of requests in general to a function, those of every request first."""
    found: list[Path] = function.index.keep(("often", function.value), lambda: _often(function))
    return found


def _often(function: Function) -> list[Path]:
    index = function.index
    paths = [path for path in index.project.reach.paths(function.value) if path.phase == "request"]
    paths = [path for path in paths if frequency(path) != "route" and not is_admin(path, index)]
    return sorted(paths, key=lambda path: (not is_of_all(path), path.confidence != "high", path.length))


def is_of_all(path: Path) -> bool:
    """Whether a path is one of every request, or of every page."""
    return path.entry.kind in ("every-request", "page")


def confidence(function: Function, found: Lazy) -> Confidence:
    """Medium where nothing but who is signed in decides, and many requests come there."""
    index, table, paths = function.index, function.table, often(function)
    frames = table.frames(found.read.frame)
    entries = [table.facts.frames[at] for at in frames]
    aside = any(entry.kind == "except" for entry in entries) or in_staff_branch(function, frames)
    if aside or is_refusal(function, frames) or paths[0].confidence == "low" or not is_said(index):
        return Confidence.LOW
    if not is_of_all(paths[0]) and routes_of(function) < SHARED:
        return Confidence.LOW
    if is_of_all(paths[0]) and index.project.listviews.defaults.by_token_alone:
        return Confidence.LOW  # before a view, nobody is signed in
    if sets_users(index):
        return Confidence.LOW  # what they are made of is not known
    head = found.read.written.removesuffix(".".join(found.read.names)).rstrip(".")
    asked = [one for entry in entries if entry.kind in BRANCHES for one in held(condition(entry.kind, entry.test))]
    sure = all(is_about(function, part, head) and not (negated and asks_for_key(part, head)) for part, negated in asked)
    return Confidence.MEDIUM if sure and not leaves_with_key(function, head) else Confidence.LOW


def leaves_with_key(function: Function, head: str) -> bool:
    """Whether a function returns where the user's row has the key of another one: ``if user.tenant_id: return ...``."""
    frames = function.table.facts.frames
    around = {at for exit_ in function.exits if exit_.kind == "return" for at in function.table.frames(exit_.frame)}
    return any(
        not negated and asks_for_key(part, head)
        for at in around
        if frames[at].kind == "if"
        for part, negated in held(frames[at].test)
    )


def sets_users(index: Index) -> bool:
    """Whether the project puts users of its own on requests: ``request.user = Claims(token)``."""

    def find() -> bool:
        paths = [path for path in index.paths if path not in index.tests]
        return any(assign.target == "request.user" for path in paths for assign in index.table(path).facts.assigns)

    found: bool = index.keep("sets users", find)
    return found


def asks_for_key(test: object, head: str) -> bool:
    """Whether a test is for the key of another row in the user's: those that have it went another way."""
    return any(
        name.startswith(f"{head}.") and name.endswith("_id") for part in inside(test) for name in [dotted(part) or ""]
    )


def is_about(function: Function, test: object, head: str) -> bool:
    """Whether a test asks for nothing but whoever asks, or what may be there of them."""
    names = [dotted(part) or "" for part in inside(test)]
    for part in inside(test):
        if type(part) is str and part[:1] == "@" and part[1:].isdecimal():
            call = function.table.facts.calls[int(part[1:])]
            names += [dotted(arg) or "" for arg in (call.callee, *call.args)]
    known = (head, *ABOUT)
    return all(not name or name.startswith(known) or name in ("request", "user") for name in names)
