"""Packs, rules, ids, redirects and selectors. A rule's id is its file: ``redis/per_request.py`` is ``redis-per-request``.

Modules are imported when a rule is needed, not when its id is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .declare import Rule, Status
from .didyoumean import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .config import Settings
    from .config.model import Config
    from .index.catalog import Rows

GROUP = "atomlint.packs"
"""Entry-point group: each entry names a package whose family folders hold rule modules."""


class PackError(Exception):
    """A pack that cannot be used; ``str()`` is one line."""


@dataclass(frozen=True)
class Pack:
    """One installed rule pack."""

    name: str
    package: str
    version: str
    directory: Path

    def modules(self) -> Iterator[tuple[str, str]]:
        """Rule ids and the modules that define them, in order of id."""
        found = []
        for family in sorted(self.directory.iterdir()):
            if not family.is_dir() or family.name.startswith(("_", ".")):
                continue
            for file in family.glob("*.py"):
                if not file.name.startswith("_"):
                    rule_id = f"{family.name}-{file.stem}".replace("_", "-")
                    found.append((rule_id, f"{self.package}.{family.name}.{file.stem}"))
        return iter(sorted(found))

    def stamp(self) -> str:
        """Changes whenever a file of the pack does: part of the cache's key."""
        parts = [self.name, self.version]
        for directory, folders, files in os.walk(self.directory):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(files):
                status = os.stat(os.path.join(directory, name))  # noqa: PTH116, PTH118 - walked often
                parts.append(f"{name}:{status.st_size}:{status.st_mtime_ns}")
        return "|".join(parts)

    def rows(self) -> Iterator[Rows]:
        """The catalogs of the pack, by file name.

        Raises:
            PackError: a row does not fit, or a file is no TOML.
        """
        from .index.catalog import CatalogError, parse_rows
        from .toml import loads

        for file in sorted((self.directory / "catalog").glob("*.toml")):
            origin = f"{self.package}/catalog/{file.name}"
            try:
                yield parse_rows(loads(file.read_text("utf-8")), origin)
            except CatalogError as error:
                raise PackError(str(error)) from None
            except (OSError, ValueError) as error:
                raise PackError(f"{origin}: {error}") from None


def installed_packs() -> list[Pack]:
    """The packs of this environment, the built-in one first.

    Raises:
        PackError: an entry point names a package that cannot be found.
    """
    from importlib.util import find_spec

    from .entrypoints import entry_points

    packs = []
    for entry in entry_points(GROUP):
        try:
            spec = find_spec(entry.value)
        except (ImportError, ValueError) as error:
            raise PackError(f"pack {entry.name!r}: {error}") from None
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if not places:
            raise PackError(f"pack {entry.name!r}: there is no package {entry.value!r}")
        packs.append(Pack(entry.name, entry.value, entry.version, Path(places[0])))
    unique = {pack.package: pack for pack in packs}
    return sorted(unique.values(), key=lambda pack: (pack.name != "builtin", pack.name))


class Registry:
    """The rules of all packs by id."""

    def __init__(self, packs: Sequence[Pack] | None = None) -> None:
        self.packs = installed_packs() if packs is None else list(packs)
        self._modules: dict[str, str] = {}
        for pack in self.packs:
            for rule_id, module in pack.modules():
                known = "atomlint itself" if rule_id in self.own else self._modules.get(rule_id)
                if known is not None:
                    raise PackError(f"pack {pack.name!r}: rule {rule_id!r} is already defined by {known}")
                self._modules[rule_id] = module
        self._loaded: dict[str, Rule] = {}

    @cached_property
    def own(self) -> Mapping[str, Rule]:
        """The engine's own ids."""
        from .own_rules import OWN

        return {rule.id: rule for rule in OWN}

    @property
    def ids(self) -> list[str]:
        """Every rule id, the engine's own included."""
        return sorted((*self._modules, *self.own))

    @property
    def families(self) -> frozenset[str]:
        """Every family."""
        return frozenset(rule_id.partition("-")[0] for rule_id in self.ids)

    @cached_property
    def redirects(self) -> Mapping[str, str]:
        """Earlier ids and the present ones."""
        return {old: rule.id for rule in map(self.rule, self.ids) for old in rule.redirects}

    def rule(self, rule_id: str) -> Rule:
        """A rule by its id; its module is imported now.

        Raises:
            KeyError: there is none of that id.
            PackError: its module fails, or defines another id.
        """
        if rule_id in self.own:
            return self.own[rule_id]
        known = self._loaded.get(rule_id)
        if known is not None:
            return known
        from importlib import import_module

        name = self._modules[rule_id]
        try:
            module = import_module(name)
        except Exception as error:  # a pack's module may raise anything
            raise PackError(f"{name}: {type(error).__name__}: {error}") from error
        rules = [value for value in vars(module).values() if isinstance(value, Rule)]
        if [rule.id for rule in rules] != [rule_id]:
            raise PackError(f"{name}: a rule module defines exactly one rule, and its id is {rule_id!r}")
        self._loaded[rule_id] = rules[0]
        return rules[0]

    def expand(self, selector: str) -> set[str]:
        """The ids that a selector names: an id (or an earlier one), a family, or ``all``; empty when it names none."""
        if selector == "all":
            return set(self.ids)
        if selector in self._modules or selector in self.own:
            return {selector}
        family = {rule_id for rule_id in self.ids if rule_id.partition("-")[0] == selector}
        return family or ({self.redirects[selector]} if selector in self.redirects else set())

    def nearest(self, name: str) -> str | None:
        """The id or family that a wrong name was probably meant to be."""
        close = nearest(name, [*self.ids, *self.families])
        return close[0] if close else None

    def leaves_any(self, settings: Settings) -> bool:
        """Whether ``select`` and ``ignore`` leave any rule; no rule module is imported to know."""
        chosen = {
            i for selector in (("all",) if settings.select is None else settings.select) for i in self.expand(selector)
        }
        return bool(chosen - {i for selector in settings.ignore for i in self.expand(selector)})

    def selected(self, settings: Config) -> list[Rule]:
        """The rules that run under some settings, by id. Preview and deprecated rules run when selected by id only.

        What says that a run was not complete is always among them, unless it is ignored.
        """
        from .own_rules import ALWAYS

        chosen = set(ALWAYS)
        for selector in settings.select if settings.select is not None else ("all",):
            for rule_id in self.expand(selector):
                if rule_id == selector or self.rule(rule_id).status is Status.STABLE:
                    chosen.add(rule_id)
        for selector in settings.ignore:
            chosen -= self.expand(selector)
        return [self.rule(rule_id) for rule_id in sorted(chosen)]

    def told(self, config: Config) -> list[Rule]:
        """The rules that a configuration wants coding agents to know: what destroys data first, then by severity.

        Of the enabled rules that can fail a run: those of ``agent-rules``, or all of them.
        """
        wanted = {i for selector in config.agent_rules for i in self.expand(selector)} or set(self._modules)
        found = []
        for rule in self.selected(config):
            severity = config.severity_of(rule.id, rule.family) or rule.severity
            if rule.id in wanted and severity.rank >= config.severity.rank:
                found.append((not rule.destroys, -severity.rank, rule.id, rule))
        return [rule for *_, rule in sorted(found, key=lambda one: one[:3])]

    def stamp(self) -> str:
        """Changes whenever a pack does; asked once, because a process that lives long keeps the rules that it loaded."""
        return self._stamp

    @cached_property
    def _stamp(self) -> str:
        return "\n".join(pack.stamp() for pack in self.packs)

    def catalog_rows(self) -> list[Rows]:
        """The catalogs of all packs."""
        return [rows for pack in self.packs for rows in pack.rows()]


def known(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """Rules by id."""
    return {rule.id: rule for rule in rules}
