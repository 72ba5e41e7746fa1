"""Relationships between mapped classes: which attribute of a row is loaded by a query of its own when it is first read.

SQLAlchemy (``relationship`` and its ``backref``), SQLModel (``Relationship``), Flask-SQLAlchemy and Django's foreign keys.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .tables import call_number, dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign, Call, Expr
    from .project import Project
    from .tables import Table

FUNCTIONS = ("relationship", "Relationship", "dynamic_loader")
GENERIC = "GenericForeignKey"
FOREIGN = {"ForeignKey": "one", "OneToOneField": "one", "ManyToManyField": "many", "ParentalKey": "one", GENERIC: "one"}
"""Django's fields that lead to other rows."""
COLLECTIONS = frozenset(
    {"list", "List", "set", "Set", "Sequence", "Collection", "FrozenSet", "frozenset", "Iterable", "dict", "Dict"}
)
COLLECTION_LAZY = frozenset({"dynamic", "write_only"})
"""Modes that only collections have."""
DYNAMIC = frozenset({"DynamicMapped", "WriteOnlyMapped"})
EAGER = frozenset({"joined", "subquery", "selectin", "immediate", "noload", "raise", "raise_on_sql", "write_only"})
"""Modes in which reading the attribute sends nothing, at least not per row."""
WORD = re.compile(r"[A-Za-z_][\w.]*")
WRAPPERS = COLLECTIONS | DYNAMIC | {"Mapped", "Optional", "Union", "None", "ForwardRef", "Annotated", "typing", "t"}


class Relationship(NamedTuple):
    """One attribute that leads from rows of a class to rows of another."""

    owner: Value
    attribute: str
    target: Value | None
    """The class that it leads to; None when that is not known."""
    lazy: str
    """``select`` for a query at the first reading, ``dynamic`` for one at each, else SQLAlchemy's name; ``?`` when unknown."""
    uselist: bool | None
    """Whether it leads to many rows; None when that is not known."""
    django: bool
    path: str
    call: int
    """The call that makes it."""
    generic: bool = False
    """Whether it leads to a row of any class, which no join can bring."""

    @property
    def queries(self) -> bool:
        """Whether reading it sends a query for each row that nothing loaded it for."""
        return self.lazy in ("select", "dynamic")


class Relationships:
    """All relationships of the linked files, found when first asked."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._keys: dict[str, dict[int, list[tuple[str | None, str | None]]]] = {}
        """By file and class; see `_keys_of`."""

    def of(self, model: Value) -> dict[str, Relationship]:
        """Relationships of a mapped class by attribute, those of its bases and of back references among them."""
        found: dict[str, Relationship] = {}
        for cls in self.linker.mro(model.place, model.scope):
            for attribute, relationship in self._all.get((cls.place, cls.scope), {}).items():
                found.setdefault(attribute, relationship)
        return found

    @cached_property
    def of_many(self) -> frozenset[str]:
        """Names of attributes that are relationships to many rows, of whichever class."""
        owned = self._all.values()
        return frozenset(name for named in owned for name, found in named.items() if found.uselist is not False)

    @cached_property
    def _all(self) -> dict[tuple[str, int], dict[str, Relationship]]:
        found: dict[tuple[str, int], dict[str, Relationship]] = defaultdict(dict)
        places = {site for name in (*FUNCTIONS, *FOREIGN) for site in self.linker.call_sites(name)}
        made: dict[str, set[int]] = defaultdict(set)
        for path, ordinal in places:
            made[path].add(ordinal)
        for path in sorted(made):
            table = self.linker.table(path)
            for assign in table.facts.assigns:
                if table.facts.scopes[assign.scope].kind != "class" or type(assign.target) is not str:
                    continue
                if type(assign.value) is not str or assign.value[:1] != "@" or "." in assign.value:
                    continue
                ordinal = int(assign.value[1:])
                if ordinal in made[path]:
                    for relationship in self._made(table, assign, ordinal):
                        owner = relationship.owner
                        found[owner.place, owner.scope].setdefault(relationship.attribute, relationship)
        return found

    def _made(self, table: Table, assign: Assign, ordinal: int) -> Iterator[Relationship]:
        call = table.facts.calls[ordinal]
        name = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        owner = Value("def", table.path, assign.scope)
        if name in FOREIGN:
            if self._is_django(table, call):
                yield from self._of_django(table, assign, ordinal, name)
            return
        keywords = dict(call.keywords)
        extra = keywords.get("sa_relationship_kwargs")
        if type(extra) is list and extra[:1] == ["{}"]:
            keywords |= {text_of(key) or "": value for key, value in zip(extra[1::2], extra[2::2], strict=False)}
        elif extra is not None:
            keywords["lazy"] = "?"
        given = call.args[0] if call.args and name != "Relationship" else keywords.get("argument")
        target = self._class(table, assign.scope, given) or self._annotated(table, assign)
        uselist = self._uselist(table, assign, keywords, target)
        lazy = _lazy(keywords, assign)
        yield Relationship(owner, assign.target, target, lazy, uselist, False, table.path, ordinal)
        backref = keywords.get("backref")
        if backref is None or target is None:
            return
        back, back_lazy = text_of(backref), "select"
        if back is None and type(backref) is str and backref[:1] == "@":
            made = table.facts.calls[int(backref[1:].partition(".")[0])]
            back, back_lazy = text_of(made.args[0]) if made.args else None, _lazy(dict(made.keywords), None)
            if dict(made.keywords).get("uselist") == "#False":
                yield Relationship(target, back or "", owner, back_lazy, False, False, table.path, ordinal)
                return
        if back:
            many = True if "secondary" in keywords else None if uselist is None else not uselist
            yield Relationship(target, back, owner, back_lazy, many, False, table.path, ordinal)

    def _of_django(self, table: Table, assign: Assign, ordinal: int, name: str) -> Iterator[Relationship]:
        """A field, and the attribute that Django gives the other model for the way back."""
        call, owner = table.facts.calls[ordinal], Value("def", table.path, assign.scope)
        if name == GENERIC:
            yield Relationship(
                owner, str(assign.target), None, "select", False, True, table.path, ordinal, generic=True
            )
            return
        given = call.args[0] if call.args else dict(call.keywords).get("to")
        target = owner if given == "'self" else self._class(table, assign.scope, given)
        lazy = "select" if FOREIGN[name] == "one" else "dynamic"
        yield Relationship(owner, str(assign.target), target, lazy, FOREIGN[name] == "many", True, table.path, ordinal)
        back = dict(call.keywords).get("related_name")
        title = table.facts.scopes[assign.scope].name.lower()
        attribute = text_of(back) if back is not None else title if name == "OneToOneField" else f"{title}_set"
        if target is None or not (attribute or "").isidentifier() or self._is_abstract(table, assign.scope):
            return  # related_name="+" makes none, "%(class)s_set" one for each heir
        single = name == "OneToOneField"
        lazy = "select" if single else "dynamic"
        yield Relationship(target, attribute or "", owner, lazy, not single, True, table.path, ordinal)

    @staticmethod
    def _is_abstract(table: Table, scope: int) -> bool:
        meta = table.members.get((scope, "Meta"), 0)
        return any(assign.value == "#True" for assign in table.class_attributes.get((meta, "abstract"), ()))

    def _is_django(self, table: Table, call: Call) -> bool:
        values = self.linker.evaluate(table.path, 0, call.callee)
        return any(v.kind == "ext" and v.place.startswith(("django.", "modelcluster.")) for v in values)

    # --- what it leads to ------------------------------------------------------------------------------------------

    def _class(self, table: Table, scope: int, given: Expr) -> Value | None:
        if type(given) is list and given[:1] == ["lambda"]:
            exits = table.exits.get(given[1], ())
            given, scope = (exits[0].value, given[1]) if exits else (None, scope)
        name = text_of(given)
        if name is None:
            values = [v for v in self.linker.evaluate(table.path, scope, given) if v.kind == "def"] if given else []
            return values[0] if len(values) == 1 else None
        return self._named(table, name)

    def _named(self, table: Table, name: str) -> Value | None:
        """A mapped class by the name that a string gives: of the same file first, else the only one of that name."""
        last = name.rpartition(".")[2]
        for value in sorted(self.linker.evaluate(table.path, 0, last)):
            if value.kind == "def":
                return value
        candidates = self._classes.get(last, [])
        return candidates[0] if len(candidates) == 1 else None

    @cached_property
    def _classes(self) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = defaultdict(list)
        for path in self.linker.linked:
            for ordinal, scope in enumerate(self.linker.table(path).facts.scopes):
                value = Value("def", path, ordinal)
                if scope.kind == "class" and self.project.effects.is_mapped(value):
                    found[scope.name].append(value)
        return dict(found)

    def _annotated(self, table: Table, assign: Assign) -> Value | None:
        for word in _words(assign.annotation):
            if word.rpartition(".")[2] not in WRAPPERS:
                return self._named(table, word)
        return None

    # --- how many --------------------------------------------------------------------------------------------------

    def _uselist(self, table: Table, assign: Assign, keywords: dict[str, Expr], target: Value | None) -> bool | None:
        stated = keywords.get("uselist")
        if stated in ("#False", "#True"):
            return bool(stated == "#True")
        words = [word.rpartition(".")[2] for word in _words(assign.annotation)]
        if words and any(word not in WRAPPERS for word in words):
            return any(word in COLLECTIONS for word in words)
        if "secondary" in keywords or text_of(keywords.get("lazy")) in COLLECTION_LAZY:
            return True
        if "remote_side" in keywords:
            return False
        if target is None:
            return None
        if target == Value("def", table.path, assign.scope):
            return True
        owner = Value("def", table.path, assign.scope)
        if self._refers(owner, target):
            return False
        return True if self._refers(target, owner) else None

    def _refers(self, owner: Value, target: Value) -> bool:
        """Whether a class has a foreign key to the table of another, or to that of one of its bases."""
        bases = [cls for cls in self.linker.mro(target.place, target.scope) if cls.kind == "def"]
        names = {name for cls in bases for name in self._tables_of(cls)}
        for cls in self.linker.mro(owner.place, owner.scope):
            if cls.kind != "def":
                continue
            for text, named in self._keys_of(cls):
                if text is not None and text.rpartition(".")[0].rpartition(".")[2].lower() in names:
                    return True
                if named is not None and named.partition(".")[0].lower() in names:
                    return True
        return False

    def key_of(self, relationship: Relationship) -> str | None:
        """The one column of a relationship's own class that is a foreign key to what it leads to; None without or with more."""
        if relationship.target is None:
            return None
        tables = self._tables_of(relationship.target)
        found = {
            name
            for cls in self.linker.mro(relationship.owner.place, relationship.owner.scope)
            if cls.kind == "def"
            for name, key in self._columns_of(cls)
            if key.rpartition(".")[0].rpartition(".")[2].lower() in tables
        }
        return found.pop() if len(found) == 1 else None

    def _columns_of(self, cls: Value) -> Iterator[tuple[str, str]]:
        """Columns of a class that are foreign keys, each with the column that it names: ``("org_id", "organizations.id")``."""
        table = self.linker.table(cls.place)
        for (scope, name), assigns in table.class_attributes.items():
            for assign in assigns if scope == cls.scope else ():
                made = call_number(assign.value)
                for arg in table.facts.calls[made].args if made is not None else ():
                    inner = call_number(arg)
                    if inner is not None and table.lasts[inner] == "ForeignKey" and table.facts.calls[inner].args:
                        yield name, text_of(table.facts.calls[inner].args[0]) or ""

    def _keys_of(self, cls: Value) -> list[tuple[str | None, str | None]]:
        """Foreign keys that a class names itself or in functions of its body: as text, or as a dotted name."""
        if cls.place not in self._keys:
            self._keys[cls.place] = self._keys_in(self.linker.table(cls.place))
        return self._keys[cls.place].get(cls.scope, [])

    @staticmethod
    def _keys_in(table: Table) -> dict[int, list[tuple[str | None, str | None]]]:
        """Foreign keys of a file by the scope of the class."""
        found: dict[int, list[tuple[str | None, str | None]]] = defaultdict(list)
        scopes = table.facts.scopes
        for call in table.facts.calls:
            last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            keys = [v for n, v in call.keywords if n == "foreign_key"]
            keys += call.args[:1] if last == "ForeignKey" else []
            if keys:
                owner = call.scope if scopes[call.scope].kind != "function" else scopes[call.scope].parent
                found[owner] += [(text_of(key), dotted(key)) for key in keys]
        return dict(found)

    def _tables_of(self, model: Value) -> frozenset[str]:
        """Names that a foreign key may give the table of a class."""
        table = self.linker.table(model.place)
        name = table.facts.scopes[model.scope].name
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        stated = [text_of(a.value) for a in table.class_attributes.get((model.scope, "__tablename__"), ())]
        return frozenset({name.lower(), snake, *(text.lower() for text in stated if text)})


def _lazy(keywords: dict[str, Expr], assign: Assign | None) -> str:
    given = keywords.get("lazy")
    if assign is not None and any(word in DYNAMIC for word in _words(assign.annotation)):
        return "dynamic"
    if given is None or given == "#True":
        return "select"
    if given == "#False":
        return "joined"
    return text_of(given) or "?"


def _words(annotation: Expr) -> list[str]:
    """Names in an annotation, those in its strings too."""
    if type(annotation) is list:
        return [word for part in annotation[1:] for word in _words(part)]
    if type(annotation) is not str or annotation in ("?", "#None"):
        return []
    return WORD.findall(annotation.lstrip("'"))
