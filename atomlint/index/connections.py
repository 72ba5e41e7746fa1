"""How many connections a deployment can open: machines, overlap, processes and pools, each with its source.

    connections = sum over groups: machines x overlap x processes x sum over engines: (pool size + overflow)
                  + 1 for a release command

A term that is not known counts as the least it can be, and the sum is then a lower bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from .closures import imported
from .engine_use import is_used
from .engines import Engine, engine, engine_calls, kept, place_of, target_of
from .figures import Figure, Given, Settler, unknown
from .peaks import Overlap, overlap, release
from .scale import scaled
from .workers import Started, module_path, started

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .deployments import Deployment
    from .facade import Index
    from .views import Call

ASIDE = frozenset(
    [
        "scripts", "script", "tools", "bin", "examples", "example", "docs", "archive", "archived", "_archive",
        "legacy", "old", "deprecated", "benchmarks", "benchmark", "demo", "migrations", "alembic", "revisions", "notebooks",
        "seeds", "fixtures", "cookbook", "cookbooks", "evals", "sandbox", "playground",
    ]
)  # fmt: skip
"""Folders of Python that no machine serves."""


APPLICATIONS = (
    "FastAPI",
    "Flask",
    "Starlette",
    "Litestar",
    "Sanic",
    "Quart",
    "Celery",
    "get_wsgi_application",
    "get_asgi_application",
)
"""What the module of a process makes."""


INCLUDED = "includeme"
"""What Pyramid calls in each module that the configuration includes by its name."""


class Program(NamedTuple):
    """Processes of one program, and the engines that each of them makes."""

    name: str
    processes: Figure
    engines: tuple[Engine, ...]

    @property
    def least(self) -> float:
        """Connections, unknown terms at their least."""
        return (self.processes.value or 1) * sum(one.most or 0 for one in self.engines)

    @property
    def is_known(self) -> bool:
        """Whether no term is missing."""
        return self.processes.value is not None and all(one.most is not None for one in self.engines)


class Share(NamedTuple):
    """What one process group opens."""

    group: str
    machines: Figure
    overlap: Overlap
    programs: tuple[Program, ...]

    @property
    def least(self) -> float:
        """Connections, unknown terms at their least."""
        return self.standing * self.each

    @property
    def standing(self) -> float:
        """Machines while a deployment runs; one where their number is not known."""
        return self.overlap.of(1 if self.machines.value is None else self.machines.value)

    @property
    def each(self) -> float:
        """Connections of one machine."""
        return sum(program.least for program in self.programs)

    @property
    def is_known(self) -> bool:
        """Whether no term is missing."""
        return self.machines.value is not None and all(program.is_known for program in self.programs)


class Connections(NamedTuple):
    """All of one deployment, of several that share a database, or of one process where no deployment is known."""

    deployments: tuple[Deployment, ...]
    shares: tuple[Share, ...]
    releases: tuple[Figure, ...] = ()
    """What release commands open beside them."""
    left: tuple[Engine, ...] = ()
    """Engines in what is deployed that no process is seen to import, or to use."""

    @property
    def least(self) -> int:
        """Connections, unknown terms at their least."""
        return int(sum(share.least for share in self.shares) + self.released)

    @property
    def released(self) -> float:
        """Connections of the release commands."""
        return sum(release.value or 0 for release in self.releases)

    @property
    def is_known(self) -> bool:
        """Whether no term is missing."""
        return all(share.is_known for share in self.shares)

    @property
    def engines(self) -> list[Engine]:
        """The engines of all groups, each once."""
        found = {one.call: one for share in self.shares for program in share.programs for one in program.engines}
        return list(found.values())


def connections(index: Index, machines: Mapping[str, int]) -> list[Connections]:
    """Every production deployment that makes engines; without any, one process of the whole project.

    Args:
        machines: of groups, as someone states them; else what the block for agents declares, what a command scales them
            to, or what flyctl makes.
    """
    calls = [call for call in engine_calls(index) if is_served(call)]
    if not calls:
        return []
    found = []
    for deployment in index.deployments.production:
        built = [call for call in calls if deployment.builds(call.path)]
        if built:
            found.append(_of(index, deployment, built, machines))
    if found:
        return found
    settler = Settler(index, {})
    for root, together in processes(index, calls):
        engines = _made(index, settler, together, imported(index, root), root)
        program = Program(root, Figure(1, "one process"), engines)
        found.append(Connections((), (Share("", Figure(1, "one machine"), Overlap(), (program,)),)))
    return found


def _of(index: Index, deployment: Deployment, calls: Sequence[Call], machines: Mapping[str, int]) -> Connections:
    shares = tuple(_shares(index, deployment, calls, machines))
    released = release(deployment) if shares else None
    found = Connections((deployment,), shares, () if released is None else (released,))
    settler = Settler(index, environment(deployment))
    counted = {place_of(one) for one in found.engines}
    left = [one for one in (engine(settler, call) for call in calls) if place_of(one) not in counted]
    return found._replace(left=tuple(kept(left)))


def joined(found: Sequence[Connections]) -> Connections:
    """What several deployments open in one database; groups go by their app's name as well."""
    shares = []
    for one in found:
        name = " and ".join(deployment.fly.app or deployment.path for deployment in one.deployments)
        shares += [share._replace(group=f"{name} {share.group}") for share in one.shares]
    counted = {place_of(engine) for share in shares for program in share.programs for engine in program.engines}
    left = {place_of(engine): engine for one in found for engine in one.left if place_of(engine) not in counted}
    return Connections(
        tuple(deployment for one in found for deployment in one.deployments),
        tuple(shares),
        tuple(release for one in found for release in one.releases),
        tuple(left.values()),
    )


def processes(index: Index, calls: Sequence[Call]) -> list[tuple[str, list[Call]]]:
    """The engines that one process makes: those that an application's module imports; of engines that none does, each file's.

    Each with the module that the process begins with; those that are part of another are left out.
    """
    roots = sorted(
        {
            path
            for name in APPLICATIONS
            for path, _ in index.project.linker.call_sites(name)
            if path not in index.tests and not is_aside(path)
        }
    )
    found: dict[frozenset[Call], str] = {}
    for root in roots:
        files = imported(index, root)
        found.setdefault(frozenset(call for call in calls if call.path in files), root)
    reached = frozenset(call for group in found for call in group)
    for path in sorted({call.path for call in calls if call not in reached}):
        found.setdefault(frozenset(call for call in calls if call.path == path), path)
    largest = [(group, root) for group, root in found.items() if group and not any(group < other for other in found)]
    return [(root, [call for call in calls if call in group]) for group, root in largest]


def _shares(
    index: Index, deployment: Deployment, calls: Sequence[Call], machines: Mapping[str, int]
) -> Iterator[Share]:
    settler = Settler(index, environment(deployment))
    for group in deployment.fly.groups:
        programs = started(settler, deployment, group.name)
        found = tuple(_programs(index, settler, deployment, programs, calls))
        told = _declared(index, deployment, group.name, "processes")
        if told is not None and len(found) == 1:
            found = (found[0]._replace(processes=told),)
        if any(program.engines for program in found):
            yield Share(group.name, _machines(index, deployment, group.name, machines), overlap(deployment), found)


def _programs(
    index: Index, settler: Settler, deployment: Deployment, programs: list[Started] | None, calls: Sequence[Call]
) -> Iterator[Program]:
    if programs is None:
        yield Program("", unknown("the command is not known"), _anywhere(index, settler, calls))
        return
    for one in programs:
        path = module_path(settler, deployment, one.module)
        if path is None:
            yield Program(one.program, one.processes, _anywhere(index, settler, calls))
            continue
        files = imported(index, path)
        if one.program == "celery" and one.is_worker:
            files = files.union(*(imported(index, task) for task in _tasks(index) if deployment.builds(task)))
        yield Program(one.program, one.processes, _made(index, settler, calls, files, path))


def _made(
    index: Index, settler: Settler, calls: Sequence[Call], files: frozenset[str], root: str
) -> tuple[Engine, ...]:
    """The engines that a process with these files makes and uses."""
    engines = [engine(settler, call) for call in calls if call.path in files]
    return tuple(kept([one for one in engines if is_used(index, one, files, root)]))


def _tasks(index: Index) -> list[str]:
    """Files with tasks of Celery, which a worker may discover by their names."""
    linker = index.project.linker
    return sorted(
        {path for name in ("task", "shared_task") for path, _, _ in linker.decorated(name) if path not in index.tests}
    )


def _anywhere(index: Index, settler: Settler, calls: Sequence[Call]) -> tuple[Engine, ...]:
    """The engines of a process whose module is not known: those of the process that opens the fewest."""
    groups = [tuple(kept([engine(settler, call) for call in together])) for _, together in processes(index, calls)]
    return min(groups, key=lambda group: sum(one.most or 0 for one in group), default=())


def _machines(index: Index, deployment: Deployment, group: str, stated: Mapping[str, int]) -> Figure:
    if group in stated:
        return Figure(stated[group], "option machines")
    declared = _declared(index, deployment, group, "machines")
    if declared is not None:
        return declared
    counted = scaled(index, deployment, group)
    if counted is not None:
        return Figure(counted.machines, f"fly scale count in {counted.path}", counted.span)
    return Figure(deployment.fly.default_machines(group), "what a first deployment makes")


def _declared(index: Index, deployment: Deployment, group: str, key: Literal["machines", "processes"]) -> Figure | None:
    """What the block for agents says of a process group."""
    declaration = index.instructions.declaration_for(deployment.path)
    if declaration is None or deployment.path not in declaration.configs:
        return None
    name = deployment.fly.app or ""
    app = declaration.architecture.apps.get(name)
    declared = app.groups.get(group) if app is not None else None
    count = None if declared is None else getattr(declared, key)
    return (
        None if count is None else Figure(count, declaration.path, declaration.span("apps", name, "groups", group, key))
    )


def environment(deployment: Deployment) -> dict[str, Given]:
    """The variables of a deployment: secrets win over ``[env]``, and that over the image's."""
    stage, dockerfile = deployment.stage, deployment.dockerfile
    found: dict[str, Given] = {}
    if stage is not None and dockerfile is not None:
        for name, setting in stage.environment.items():
            if setting.value:
                found[name] = Given(setting.value, dockerfile.path, setting.span)
    for name, variable in deployment.fly.env.items():
        found[name] = Given(variable.value, deployment.path, variable.key_span)
    for name, apps in deployment.index.deployments.secrets.items():
        if None in apps or deployment.fly.app in apps:
            found[name] = Given(None, "the secrets", None)
    return found


def is_served(call: Call) -> bool:
    """Whether a process of production makes an engine: at import, or in a function that something of production calls."""
    if is_aside(call.path) or is_disposed(call):
        return False
    table = call.table
    scope = table.enclosing_function(call.scope)
    if scope == 0:
        return not any("__main__" in str(test) for _, test in call.frames)
    if table.facts.scopes[scope].name == INCLUDED:
        return True
    return any(not is_aside(path) for path, _ in callers(call.index, call.path, scope))


def is_disposed(call: Call) -> bool:
    """Whether the function that makes an engine disposes of it: it is no part of what a process keeps open."""
    target = target_of(call)
    if not target or call.table.enclosing_function(call.scope) == 0:
        return False
    ends = (f"{target}.dispose", f"{target}.close", f"{target}.sync_engine.dispose")
    return any(other.callee in ends for other in call.function.calls)


def callers(index: Index, path: str, scope: int) -> list[tuple[str, int]]:
    """The calls of a function outside of tests; of a method, those of the objects' classes too when it is ``__init__``."""

    def find() -> list[tuple[str, int]]:
        linker = index.project.linker
        facts = linker.table(path).facts
        entry, target = facts.scopes[scope], scope
        name = entry.name
        if name in ("__init__", "__new__", "__post_init__", "__enter__", "__aenter__"):
            target, name = entry.parent, facts.scopes[entry.parent].name
        return [
            (place, ordinal)
            for place, ordinal in linker.call_sites(name)
            if place not in index.tests
            and any(v.place == path and v.scope in (scope, target) for v in linker.values.callee(place, ordinal))
        ]

    result: list[tuple[str, int]] = index.keep(("callers", path, scope), find)
    return result


def is_aside(path: str) -> bool:
    """Whether a file lies in a folder that no machine serves, or is started by hand."""
    return bool(ASIDE.intersection(path.lower().split("/")[:-1]))
