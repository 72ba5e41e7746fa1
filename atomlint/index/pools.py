"""Engines and connections as rules ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .closures import imported
from .connections import connections, environment, is_aside, is_served, joined
from .engines import engine, engine_calls
from .figures import Settler

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from .connections import Connections
    from .deployments import Deployment
    from .engines import Engine
    from .facade import Index
    from .views import Call


class Pools:
    """The engines of a project, and what deployments make of them."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that make engines and pools outside of tests, in the order of files; not those of SQLite alone."""
        return engine_calls(self.index)

    def engine(self, call: Call, deployment: Deployment | None = None) -> Engine:
        """What one of them makes: with the variables of a deployment, or with what the code falls back to."""
        given = environment(deployment) if deployment is not None else {}
        return engine(Settler(self.index, given), call)

    def connections(self, machines: Mapping[str, int]) -> list[Connections]:
        """What each production deployment can open; without any, what each process can.

        Args:
            machines: of process groups, as someone states them.
        """
        return connections(self.index, machines)

    def together(self, found: Sequence[Connections], paths: Container[str]) -> list[Connections]:
        """The same, with the deployments of these configurations as one: they share the database."""
        shared = [one for one in found if any(deployment.path in paths for deployment in one.deployments)]
        return [*([joined(shared)] if len(shared) > 1 else shared), *(one for one in found if one not in shared)]

    def is_served(self, call: Call) -> bool:
        """Whether a process of production makes an engine and keeps it."""
        return is_served(call)

    def is_aside(self, path: str) -> bool:
        """Whether a file lies in a folder that no machine serves."""
        return is_aside(path)

    def imported(self, path: str) -> frozenset[str]:
        """A file and all that it imports, directly or not."""
        return imported(self.index, path)

    @property
    def requirements(self) -> bool:
        """Whether the project says what it requires, in a form that is read."""
        return bool(self.index.project.effects.versions.libraries)

    def requires(self, drivers: Iterable[str]) -> bool:
        """Whether the project's requirements name one of some distributions."""
        return self.index.project.effects.versions.names(drivers)
