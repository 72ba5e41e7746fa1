"""Models as data, so that they can be made at random, spoilt, and written as source in either style."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field


@dataclass
class Col:
    """A column; ``options`` are keyword arguments as source."""

    name: str
    type: str = "Integer"
    key: str = ""
    """What its foreign key refers to, ``table.column``; empty without."""
    options: dict[str, str] = field(default_factory=dict)
    tail: str = ""
    """Text behind the call: a comma that nobody wanted."""
    form: str = ""
    """How it is annotated: ``bare`` without a call where that says all, ``optional``, ``classic`` not at all."""


@dataclass
class Rel:
    """A relationship; ``options`` are keyword arguments as source."""

    name: str
    target: str
    options: dict[str, str] = field(default_factory=dict)
    many: bool = False
    tail: str = ""
    form: str = ""
    """How it is annotated: ``optional`` (for many: a set), ``classic`` not at all."""


@dataclass
class Model:
    """A class: its table (none for single inheritance), its attributes, its mapper's arguments as source."""

    name: str
    table: str | None
    attributes: list[Col | Rel] = field(default_factory=list)
    base: str = "Base"
    mixins: list[str] = field(default_factory=list)
    mapper_args: dict[str, str] = field(default_factory=dict)
    table_args: list[str] = field(default_factory=list)
    """Constraints, and ``{...}`` last."""


@dataclass
class CoreTable:
    """A table without a class."""

    variable: str
    name: str
    columns: list[Col] = field(default_factory=list)


@dataclass
class Mixin:
    """A class that brings columns, and relationships by ``declared_attr``."""

    name: str
    attributes: list[Col | Rel] = field(default_factory=list)


@dataclass
class Graph:
    """Everything; ``done`` names the mutations that were made."""

    annotated: bool
    modules: int
    models: list[Model] = field(default_factory=list)
    tables: list[CoreTable] = field(default_factory=list)
    mixins: list[Mixin] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def copy(self) -> Graph:
        return deepcopy(self)

    def model(self, name: str) -> Model:
        return next(model for model in self.models if model.name == name)


PYTHON = {"Integer": "int", "String(50)": "str", "Boolean": "bool"}
HEAD = "from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, UniqueConstraint\n"
CLASSIC = "from sqlalchemy.orm import backref, declarative_base, declared_attr, relationship\n"
ANNOTATED = "from typing import Optional\n\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, backref, declared_attr, mapped_column, relationship\n"


def written(graph: Graph) -> dict[str, str]:
    """The source: one file, or a package whose classes are spread over modules."""
    head = ("from __future__ import annotations\n\n" if graph.annotated and len(graph.models) % 2 else "") + HEAD
    head += ANNOTATED if graph.annotated else CLASSIC
    base = "\n\nclass Base(DeclarativeBase):\n    pass\n" if graph.annotated else "\nBase = declarative_base()\n"
    tables = "".join(_table(table) for table in graph.tables)
    mixins = "".join(_mixin(mixin, graph.annotated) for mixin in graph.mixins)
    if graph.modules == 1:
        return {"models.py": head + base + tables + mixins + "".join(_model(m, graph.annotated) for m in graph.models)}
    files = {"app/__init__.py": "", "app/base.py": head + base + tables + mixins}
    shared = ["Base", *(table.variable for table in graph.tables), *(mixin.name for mixin in graph.mixins)]
    home: dict[str, int] = {}
    for turn, model in enumerate(graph.models):
        # a subclass lives beside or after what it inherits from
        home.setdefault(model.name, max(home.get(model.base, 0), turn * graph.modules // len(graph.models)))
    seen: dict[int, str] = {}
    for model in graph.models:
        at = home[model.name]
        if at not in seen:
            seen[at] = head + f"\nfrom app.base import {', '.join(shared)}\n"
        text = _model(model, graph.annotated)
        if model.base != "Base" and home.get(model.base, at) != at:
            seen[at] += f"from app.part{home[model.base]} import {model.base}\n"
        seen[at] += text
    main = "".join(f"import app.part{at}\n" for at in sorted(seen))
    return files | {f"app/part{at}.py": seen[at] for at in sorted(seen)} | {"main.py": main}


def _options(options: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in options.items()]


def _column(column: Col, *, annotated: bool) -> str:
    given = [] if annotated and column.type in PYTHON and "String" not in column.type else [column.type]
    given += [f'ForeignKey("{column.key}")'] if column.key else []
    return ", ".join([*given, *_options(column.options)])


def _attribute(attribute: Col | Rel, *, annotated: bool) -> str:
    if isinstance(attribute, Col):
        if annotated and attribute.form == "classic":
            return f"{attribute.name} = mapped_column({_column(attribute, annotated=False)}){attribute.tail}"
        if annotated:
            kind = PYTHON[attribute.type]
            kind = f"Optional[{kind}]" if attribute.form == "optional" else kind
            if attribute.form == "bare" and not attribute.key and not attribute.options and not attribute.tail:
                return f"{attribute.name}: Mapped[{kind}]"
            call = f"mapped_column({_column(attribute, annotated=True)})"
            return f"{attribute.name}: Mapped[{kind}] = {call}{attribute.tail}"
        return f"{attribute.name} = Column({_column(attribute, annotated=False)}){attribute.tail}"
    if annotated and attribute.form != "classic":
        kind = f'"{attribute.target}"'
        if attribute.many:
            kind = f"{'set' if attribute.form == 'optional' else 'list'}[{kind}]"
        elif attribute.form == "optional":
            kind = f"Optional[{kind}]"
        call = f"relationship({', '.join(_options(attribute.options))})"
        return f"{attribute.name}: Mapped[{kind}] = {call}{attribute.tail}"
    given = ", ".join([f'"{attribute.target}"', *_options(attribute.options)])
    return f"{attribute.name} = relationship({given}){attribute.tail}"


def _model(model: Model, annotated: bool) -> str:
    lines = [f'__tablename__ = "{model.table}"'] if model.table is not None else []
    if model.table_args:
        lines.append(f"__table_args__ = ({', '.join(model.table_args)},)")
    lines += [_attribute(attribute, annotated=annotated) for attribute in model.attributes]
    if model.mapper_args:
        given = ", ".join(f'"{name}": {value}' for name, value in model.mapper_args.items())
        lines.append(f"__mapper_args__ = {{{given}}}")
    bases = ", ".join([*model.mixins, model.base])
    return f"\n\nclass {model.name}({bases}):\n" + "".join(f"    {line}\n" for line in lines or ["pass"])


def _table(table: CoreTable) -> str:
    columns = "".join(f'    Column("{column.name}", {_column(column, annotated=False)}),\n' for column in table.columns)
    return f'\n\n{table.variable} = Table(\n    "{table.name}",\n    Base.metadata,\n{columns})\n'


def _mixin(mixin: Mixin, annotated: bool) -> str:
    lines = []
    for attribute in mixin.attributes:
        if isinstance(attribute, Col) and not attribute.key:
            lines.append(f"    {_attribute(attribute, annotated=annotated)}\n")
            continue
        text = _attribute(attribute, annotated=annotated)
        name, _, value = text.partition(" = ")
        plain, _, annotation = name.partition(": ")
        returns = f" -> {annotation}" if annotation else ""
        lines.append(f"    @declared_attr\n    def {plain}(cls){returns}:\n        return {value}\n")
    return f"\n\nclass {mixin.name}:\n" + "".join(lines)
