"""What is certain of classes: that nothing but what is written gives them attributes, and which they have not."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import inside
from .fields import BASES as SETTINGS
from .heirs import EMPTY
from .tables import call_number, dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table

HARMLESS = frozenset({"dataclass", "final", "total_ordering", "runtime_checkable"})
"""Decorators that give a class nothing but methods with two underscores."""
DYNAMIC = frozenset({"__getattr__", "__getattribute__", "__init_subclass__", "__class_getitem__", "__set_name__"})
WRITERS = frozenset({"setattr", "__setattr__", "vars", "globals", "locals", "exec", "eval", "import_module"})
"""What may give a module names that no statement writes."""
MODEL = frozenset(
    {
        "copy",
        "dict",
        "json",
        "schema",
        "schema_json",
        "construct",
        "validate",
        "fields",
        "from_orm",
        "update_forward_refs",
    }
)
"""Names that every class of pydantic has, and all that begin with one of `MODEL_PREFIXES`."""
MODEL_PREFIXES = ("model_", "parse_", "settings_", "Config", "_")
MAPPED = frozenset(
    {
        *("flask_sqlalchemy.SQLAlchemy().Model", "sqlalchemy.orm.DeclarativeBase"),
        *("sqlalchemy.orm.declarative_base()", "sqlalchemy.ext.declarative.declarative_base()"),
        *("sqlalchemy.orm.DeclarativeBaseNoMeta", "sqlalchemy.ext.asyncio.AsyncAttrs"),
    }
)
"""Bases of SQLAlchemy's mapped classes."""
GIVEN = frozenset({"metadata", "registry", "query", "query_class", "awaitable_attrs"})
"""Names that these have without anybody writing them."""
LOADED = ("'autoload", "'autoload_with")
"""What takes columns from the database."""
EXTRA = ("'ignore", "'forbid")
"""What keeps a class of pydantic from taking what no field names."""


class Classes:
    """Tells what is certain of classes and modules; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._open: dict[Value, bool] = {}
        self._family: dict[tuple[str, int], list[Value]] = {}
        self._more: dict[Value, bool] = {}
        self._written: dict[str, frozenset[int]] = {}
        self._written_whole: dict[str, bool] = {}
        """Files, and whether they assign a ``__dict__``."""

    def is_class(self, value: Value) -> bool:
        """Whether a value is a class of the project or an instance of one."""
        if value.kind not in ("inst", "def"):
            return False
        return self.linker.table(value.place).facts.scopes[value.scope].kind == "class"

    def owner(self, method: Value) -> Value:
        """The class that a method stands in."""
        return Value("def", method.place, self.linker.table(method.place).facts.scopes[method.scope].parent)

    def family(self, thing: Value) -> list[Value]:
        """The project's classes that an instance may have attributes of: its class, its bases, and all heirs with theirs."""
        key = (thing.place, thing.scope)
        if key not in self._family:
            found: dict[Value, None] = {}
            for cls in (Value("def", *key), *self.linker.heirs.below(Value("def", *key))):
                found.update(dict.fromkeys(v for v in self.linker.mro(cls.place, cls.scope) if v.kind == "def"))
            self._family[key] = list(found)
        return self._family[key]

    # --- what is open ----------------------------------------------------------------------------------------------

    def lacks(self, thing: Value, name: str) -> bool:
        """Whether reading an attribute certainly raises."""
        if name.startswith("__"):
            return False
        if thing.kind == "ext":
            client = self.linker.catalog.client_of(thing.place)
            return client is not None and name in client.lacks
        if thing.kind == "module":
            is_there = not self._module_lacks(thing.place, name)
        else:
            is_there = not self.is_class(thing) or self._has(thing, name)
        return not is_there and not self.is_set(thing, name)

    def _module_lacks(self, path: str, name: str) -> bool:
        if not path.endswith(".py") or not self.linker.knows(path) or self.linker.modules.submodule(path, name):
            return False
        table = self.linker.table(path)
        if (0, name) in table.names or table.stars or (0, "__getattr__") in table.names or _is_replaced(table):
            return False
        written = any(assign.scope == 0 and assign.target == name for assign in table.facts.assigns)
        return not written and WRITERS.isdisjoint(table.lasts)

    def _has(self, thing: Value, name: str) -> bool:
        if self._is_mapped(thing):
            if thing.kind != "def" or name in GIVEN or name.startswith("_") or self._backrefs is None:
                return True  # what a row has is written by whoever has it in hand
            if thing.scope not in self._naming(thing.place):
                return True
            if name in self._backrefs or any(map(self._gives_more, self.family(thing))):
                return True
        elif self.is_open(thing):
            return True
        for cls in self.family(thing):
            table = self.linker.table(cls.place)
            key = (cls.scope, name)
            if key in table.members or key in table.attributes or key in table.names or key in table.class_attributes:
                return True
        return self.is_model(thing) and (name in MODEL or name.startswith(MODEL_PREFIXES))

    def _is_mapped(self, thing: Value) -> bool:
        """Whether a class is mapped by SQLAlchemy."""
        return any(v.kind == "ext" and v.place in MAPPED for v in self.linker.mro(thing.place, thing.scope))

    def _naming(self, path: str) -> frozenset[int]:
        """Classes of a file that write attributes: what gives a mapped class without any its columns is not known."""
        if path not in self._written:
            owned = self.linker.table(path).class_attributes
            self._written[path] = frozenset(owner for owner, name in owned if not name.startswith("_"))
        return self._written[path]

    @cached_property
    def _backrefs(self) -> frozenset[str] | None:
        """Names that relationships give other classes; None where not all can be told, or bases have more of their own."""
        if self._are_bases_widened():
            return None
        found: set[str] = set()
        for name in ("relationship", "relation", "backref", "dynamic_loader"):
            for path, ordinal in self.linker.call_sites(name):
                table = self.linker.table(path)
                call, keywords = table.facts.calls[ordinal], dict(table.facts.calls[ordinal].keywords)
                first = call.args[0] if name == "backref" and call.args else "'"
                given = keywords.get("backref", first)
                text, number = text_of(given), call_number(given)
                if "**" in keywords or (text is None and (number is None or table.lasts[number] != "backref")):
                    return None
                found.add(text or "")
        return frozenset(found)

    def _are_bases_widened(self) -> bool:
        """Whether something gives all mapped classes more than their library does, or some of them columns that it computes."""
        for name, given in (("declarative_base", ("cls", "metaclass", "**")), ("SQLAlchemy", ("model_class", "**"))):
            for path, ordinal in self.linker.call_sites(name):
                if not set(given).isdisjoint(dict(self.linker.table(path).facts.calls[ordinal].keywords)):
                    return True
        return any(self.linker.call_sites(name) for name in ("add_property", "reflect"))

    def is_open(self, thing: Value) -> bool:
        """Whether an instance may have attributes that no class of the project writes."""
        key = Value("def", thing.place, thing.scope)
        if key not in self._open:
            self._open[key] = True  # recursion
            gives_more = any(self._gives_more(cls) for cls in self.family(key))
            self._open[key] = gives_more or (not self.is_model(key) and self._is_written(key))
        return self._open[key]

    def is_model(self, thing: Value) -> bool:
        """Whether a class is one of pydantic's settings: one that takes nothing extra has no attribute that no field names."""
        return any(v.kind == "ext" and v.place in SETTINGS for v in self.linker.mro(thing.place, thing.scope))

    def _gives_more(self, cls: Value) -> bool:
        """Whether a class itself, its bases left out, may give attributes that it does not write."""
        if cls not in self._more:
            self._more[cls] = self._may_give_more(cls)
        return self._more[cls]

    def _may_give_more(self, cls: Value) -> bool:
        if not self.linker.knows(cls.place) or not self._bases_known(cls):
            return True
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        if any(_last(table, decorator) not in HARMLESS for decorator in record.decorators):
            return True
        if any((cls.scope, name) in table.names for name in DYNAMIC) or _takes_extra(table, cls.scope):
            return True
        if (cls.scope, "__table__") in table.class_attributes or _loads(table, cls.scope):
            return True
        if self._writes_whole(table):
            return True
        return any(self._computes(table, ordinal) for ordinal in range(record.first_call, record.end_call))

    def _writes_whole(self, table: Table) -> bool:
        known = self._written_whole.get(table.path)
        if known is None:
            targets = (assign.target for assign in table.facts.assigns)
            known = any(type(target) is str and target.endswith("__dict__") for target in targets)
            self._written_whole[table.path] = known
        return known

    @staticmethod
    def _computes(table: Table, ordinal: int) -> bool:
        """Whether a call in a class may set attributes of it by names that are computed."""
        last, call = table.lasts[ordinal], table.facts.calls[ordinal]
        if last in ("setattr", "vars"):
            given = call.args[0] if call.args else None
            return type(given) is not str or table.receiver_class(call.scope, given) is not None
        return last in ("__setattr__", "exec", "eval") or (last == "update" and "__dict__" in str(call.callee))

    def _bases_known(self, cls: Value) -> bool:
        """Whether every base of a class is a class of the project, or one of which it is known what it gives."""
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        model = False
        for base in record.bases:
            expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
            if expr == "object":
                continue
            values = self.linker.evaluate(cls.place, record.parent, expr)
            if len(values) != 1:
                return False
            (value,) = values
            if value.kind == "def" and self.is_class(value):
                continue
            if value.kind != "ext" or value.place not in EMPTY | SETTINGS | MAPPED:
                return False
            model = model or value.place in SETTINGS
        return model or not record.keywords

    def _is_written(self, cls: Value) -> bool:
        """Whether something sets attributes of such an object by names that are computed: ``setattr(settings, key, x)``."""
        for path, scope, given in self._setters:
            values = self.linker.evaluate(path, scope, given)
            if any(v.place == cls.place and v.scope == cls.scope for v in values):
                return True
        return False

    @cached_property
    def _setters(self) -> list[tuple[str, int, Expr]]:
        """The first arguments of all calls of ``setattr`` with a computed name."""
        return [
            (path, call.scope, call.args[0])
            for path, ordinal in self.linker.call_sites("setattr")
            if len((call := self.linker.table(path).facts.calls[ordinal]).args) > 1 and text_of(call.args[1]) is None
        ]

    def is_set(self, thing: Value, name: str) -> bool:
        """Whether an attribute may be set, or deleted, from outside: ``service.find = fake``, ``setattr(x, "find", f)``."""
        for path, scope, head in self.setters(name):
            values = self.linker.evaluate(path, scope, head)
            if not values or any(self.is_same(thing, value) for value in values):
                return True
        return False

    def setters(self, name: str) -> Sequence[tuple[str, int, Expr]]:
        """What an attribute is set of from outside, wherever that is: (path, scope, expression)."""
        return self._set_elsewhere.get(name, ())

    def is_same(self, thing: Value, other: Value) -> bool:
        """Whether two values may be one object, as far as their classes tell."""
        if thing.kind == "module" or not self.is_class(other):
            return thing.kind == other.kind and thing.place == other.place
        mine = self.family(thing)
        return Value("def", other.place, other.scope) in mine or not set(mine).isdisjoint(self.family(other))

    @cached_property
    def _set_elsewhere(self) -> dict[str, list[tuple[str, int, Expr]]]:
        """What attributes are set of, by their names: (path, scope, expression)."""
        found: dict[str, list[tuple[str, int, Expr]]] = defaultdict(list)
        for path in self.linker.linked:
            table = self.linker.table(path)
            for assign in table.facts.assigns:
                target = assign.target
                if type(target) is list and target[:1] == ["."]:
                    found[target[2]].append((path, assign.scope, target[1]))
                elif type(target) is str and "." in target:
                    head, _, name = target.rpartition(".")
                    if assign.kind not in ("=", ":", "with") or table.receiver_class(assign.scope, head) is None:
                        found[name].append((path, assign.scope, head))
        for called in ("setattr", "delattr", "__setattr__"):
            for path, ordinal in self.linker.call_sites(called):
                call = self.linker.table(path).facts.calls[ordinal]
                for place, given in enumerate(call.args[:2]):
                    text = text_of(given)
                    if text is not None:
                        found[text].append((path, call.scope, call.args[0] if place else "?"))
        return dict(found)

    # --- how instances are made ------------------------------------------------------------------------------------

    def is_plain(self, cls: Value) -> bool:
        """Whether the attributes of a class's body are what its instances begin with: no decorator, no library's base."""
        bases = self.linker.mro(cls.place, cls.scope)
        if any(base.kind == "ext" and base.place not in EMPTY for base in bases):
            return False
        own = [base for base in bases if base.kind == "def"]
        return not any(self.linker.table(v.place).facts.scopes[v.scope].decorators for v in own)

    def makes_itself(self, cls: Value) -> bool:
        """Whether calling a class gives an instance of it."""
        if any((base.scope, "__new__") in self.linker.table(base.place).members for base in self.family(cls)):
            return False
        return not self.is_open(cls)

    def initialiser(self, cls: Value) -> Value | None:
        """The ``__init__`` that calling a class runs, where it is one that the project writes and nothing else makes one."""
        if not self.is_plain(cls) or not self.makes_itself(cls):
            return None
        return self.linker.member(cls, "__init__")


def _last(table: Table, decorator: Expr) -> str:
    called = type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdecimal()
    name = dotted(table.facts.calls[int(decorator[1:])].callee if called else decorator)
    return name.rpartition(".")[2] if name else "?"


def _is_replaced(table: Table) -> bool:
    """Whether a module puts another object in its place: ``sys.modules[__name__] = Settings()``."""
    return any(
        type(assign.target) is list and assign.target[:1] == ["sub"] and "sys.modules" in inside(assign.target)
        for assign in table.facts.assigns
    )


def _loads(table: Table, scope: int) -> bool:
    """Whether a mapped class takes columns from its table in the database."""
    made = (assign.value for assign in table.class_attributes.get((scope, "__table_args__"), ()))
    return any(part in LOADED for value in made for part in inside(value) if type(part) is str)


def _takes_extra(table: Table, scope: int) -> bool:
    """Whether a class of pydantic may take what no field names."""
    for assign in table.class_attributes.get((scope, "model_config"), ()):
        value = assign.value
        if type(value) is str and value[:1] == "@" and value[1:].isdecimal():
            keywords = table.facts.calls[int(value[1:])].keywords
        elif type(value) is list and value[:1] == ["{}"]:
            keywords = [(str(k).lstrip("'"), v) for k, v in zip(value[1::2], value[2::2], strict=False)]
        else:
            return True
        if any(name == "**" or (name == "extra" and given not in EXTRA) for name, given in keywords):
            return True
    inner = table.members.get((scope, "Config"))
    if inner is not None:
        record = table.facts.scopes[inner]
        extra = table.class_attributes.get((inner, "extra"), ())
        return bool(record.bases) or any(
            assign.value not in EXTRA and not str(assign.value).endswith((".ignore", ".forbid")) for assign in extra
        )
    return any(name == "extra" and given not in EXTRA for name, given in table.facts.scopes[scope].keywords)
