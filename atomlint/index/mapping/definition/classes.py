"""Names that are not there yet, methods that clash, classes that are mapped twice, modules in a circle."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ...value import Value
from ..bindings import always, typing_only
from ..columns import COLUMNS, place_of
from ..names import BUILTINS
from ..problems import WARNING, Related
from ..records import Place, Site
from .calls import of_column
from .tables import of_constraints, of_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ....facts.records import Call, Expr
    from ..problems import Problem
    from ..records import Mapped, Table
    from .check import Check

PARTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "lambda": lambda _: [], "comp": lambda _: [], ".": lambda parts: parts[1:2], "bin": lambda parts: parts[2:],
    "cmp": lambda parts: parts[1::2],
}  # fmt: skip
"""The operands among the parts of an expression, where they are not all that follows its kind."""


def _all(parts: list[Any]) -> list[Any]:
    return parts[1:]


def names_before_definition(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A class that is used in its own body, or above its definition."""
    path = mapped.cls.path
    table = check.linker.table(path)
    for attribute in mapped.attributes.values():
        if attribute.defined_in != mapped.cls.value or attribute.site is None or attribute.place.kind != "assign":
            continue
        if attribute.site.path != path or table.facts.assigns[attribute.place.ordinal].scope != mapped.cls.ordinal:
            continue  # given to the class after its body
        for name in _heads(table.facts.calls, attribute.site.expr):
            if not _is_unbound(check, mapped, name, attribute.place.ordinal):
                continue
            yield check.problem(
                "name-error-in-class-body", mapped, attribute.name, f"name '{name}' is not defined", attribute.place,
                f"{name} is not defined where the class body runs", _later(name, mapped),
            )  # fmt: skip
            return


def _is_unbound(check: Check, mapped: Mapped, name: str, ordinal: int) -> bool:
    """Whether nothing binds a name yet where a statement of the class body runs."""
    table = check.linker.table(mapped.cls.path)
    scope, bindings = table.find(mapped.cls.ordinal, name)
    if not bindings:
        return not table.stars and name not in BUILTINS and not name.startswith("__")
    if scope == mapped.cls.ordinal:
        at = [
            n
            for n in table.assigns_in.get(scope, ())
            if table.facts.assigns[n].target == name and table.facts.assigns[n].kind == "="
        ]
        return (
            all(b.assign is not None for b in bindings)
            and not any(n < ordinal for n in at)
            and not table.find(mapped.cls.parent, name)[1]
            and not table.stars
            and name not in BUILTINS
        )
    defined = [b.definition for b in bindings if b.definition is not None]
    if scope != 0 or len(defined) != len(bindings):
        return False
    return min(defined) >= mapped.cls.ordinal and all(table.facts.scopes[d].kind == "class" for d in defined)


def _later(name: str, mapped: Mapped) -> str:
    return f'write it as a text: "{name}"' if name != mapped.name else "write it as a text, or name the column alone"


def _heads(calls: list[Call], expr: Expr, depth: int = 6) -> Iterator[str]:
    """Names that an expression looks up at once: those in lambdas wait."""
    if depth == 0:
        return
    if type(expr) is list:
        for part in PARTS.get(expr[0], _all)(expr):
            yield from _heads(calls, part, depth - 1)
    elif type(expr) is str and expr[:1] == "@":
        call = calls[int(expr[1:].partition(".")[0])]
        for part in (*call.args, *(value for _, value in call.keywords)):
            yield from _heads(calls, part, depth - 1)
    elif type(expr) is str and (name := expr.partition(".")[0]).isidentifier():
        yield name


def of_methods(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """``__del__``, and two validators of one attribute."""
    table = check.linker.table(mapped.cls.path)
    validated: dict[str, str] = {}
    for name, ordinal in table.members_of.get(mapped.cls.ordinal, {}).items():
        place = Place(mapped.cls.path, "scope", ordinal)
        if name == "__del__" and table.facts.scopes[ordinal].kind == "function":
            yield check.problem(
                "del-method", mapped, "",
                f"__del__() method on class <class '{mapped.module}.{mapped.name}'> will cause unreachable cycles and memory "
                "leaks, as SQLAlchemy instrumentation often creates reference cycles.  Please remove this method.", place,
                "", "close what it holds in a method that is called", WARNING,
            )  # fmt: skip
        for attribute in _validated(check, mapped, ordinal):
            if attribute in validated:
                yield check.problem(
                    "duplicate-validator", mapped, attribute,
                    f"A validation function for mapped attribute '{attribute}' on mapper "
                    f"Mapper[{mapped.name}({mapped.table.name if mapped.table else '?'})] already exists.", place,
                    f"{validated[attribute]} validates {attribute} already", "put both into one function",
                )  # fmt: skip
                return
            validated[attribute] = name


def _validated(check: Check, mapped: Mapped, function: int) -> Iterator[str]:
    table = check.linker.table(mapped.cls.path)
    for decorator in table.facts.scopes[function].decorators:
        made = check.names.made(Site(mapped.cls.path, mapped.cls.ordinal, decorator))
        if made is None or made.call is None or made.rest or made.site is None:
            continue
        callee = check.names.callee(made.site)
        if callee is None or callee.library != "validates":
            continue
        args, _, _ = check.arguments(made.site)
        yield from (name for argument in args if (name := check.texts.of(argument)))


def synonyms(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """``synonym(..., map_column=True)`` where the table has no column of the synonym's name."""
    for attribute in mapped.attributes.values():
        site = check.call_of(attribute) if attribute.kind == "synonym" else None
        if site is None or mapped.table is None or mapped.table.open:
            continue
        _, keywords, _ = check.arguments(site)
        if check.names.flag(keywords.get("map_column")) and attribute.name not in mapped.table.columns:
            yield check.problem(
                "synonym", mapped, attribute.name,
                f"Can't compile synonym '{attribute.target}': no column on table '{mapped.table.name}' named '{attribute.name}'",
                attribute.place, f'map_column=True wants a column "{attribute.name}"',
                "take map_column away, and name an attribute that is there",
            )  # fmt: skip


def of_project(check: Check) -> Iterator[Problem]:
    """What is no matter of one class."""
    yield from _bases(check)
    yield from _tables(check)
    yield from _unused(check)
    yield from _mapped_twice(check)
    yield from _modules(check)
    yield from _circles(check)


def _bases(check: Check) -> Iterator[Problem]:
    """``class User(DeclarativeBase)`` with a table."""
    for value in check.builder.bases.declares:
        table = check.linker.table(value.place)
        record = table.facts.scopes[value.scope]
        named = [a for a in table.class_attributes.get((value.scope, "__tablename__"), ()) if a.kind == "="]
        bases = [check.names.made(Site(value.place, record.parent, base)) for base in record.bases]
        if named and any(made is not None and made.library == "DeclarativeBase" for made in bases):
            yield check.problem(
                "declarative-base", record.name, "",
                "Cannot use 'DeclarativeBase' directly as a declarative base class. Create a Base by creating a subclass of it.",
                Place(value.place, "scope", value.scope), f"{record.name} is a base itself",
                "write class Base(DeclarativeBase): pass, and inherit from Base",
            )  # fmt: skip
        given = [a for a in table.class_attributes.get((value.scope, "registry"), ()) if a.value is not None]
        message = ""
        if given and type(given[-1].value) is str and given[-1].value[:1] in ("'", "#") and not named:
            message = (
                "Declarative base class has a 'registry' attribute that is not an instance of sqlalchemy.orm.registry()"
            )
        elif given and table.class_attributes.get((value.scope, "type_annotation_map")):
            message = (
                "Declarative base class has both a 'registry' attribute and a type_annotation_map entry.  Per-base "
                "type_annotation_maps are not supported.  Please apply the type_annotation_map to this registry directly."
            )
        if message and any(made is not None and made.library == "DeclarativeBase" for made in bases):
            yield check.problem(
                "declarative-base", record.name, "", message, Place(value.place, "scope", value.scope),
                "the registry of a base is a registry(), which takes the map of types itself",
                "write registry = registry(type_annotation_map={...})",
            )  # fmt: skip


def _tables(check: Check) -> Iterator[Problem]:
    """Columns, keys and constraints of ``Table(...)`` calls, and columns that belong to two of them."""
    for table in check.builder.tables.made.values():
        owner = check.bound(table.place) or table.name
        for column in table.columns.values():
            if column.call is not None:
                yield from of_column(check, owner, column.key, column.call)
        yield from of_counts(check, owner, table)
        yield from of_constraints(check, owner, table)
    yield from _shared(check)


def _unused(check: Check) -> Iterator[Problem]:
    """Columns in the bodies of classes that nothing mapped takes: their calls run all the same."""
    for name in sorted(COLUMNS):
        for path, ordinal in check.linker.call_sites(name):
            facts = check.linker.table(path).facts
            call = facts.calls[ordinal]
            scope = facts.scopes[call.scope]
            if path in check.builder.index.tests or scope.kind != "class" or scope.parent or scope.frame or call.frame:
                continue
            site = Site(path, call.scope, f"@{ordinal}")
            if Value("def", path, call.scope) not in check.read and check.library(site) in COLUMNS:
                yield from of_column(check, scope.name, check.bound(place_of(site)), site)


def _shared(check: Check) -> Iterator[Problem]:
    """One name for a column that two tables are given."""
    held: dict[tuple[str, int], Table] = {}
    for table in check.builder.tables.made.values():
        if table.place is None or not check.is_at_top(table.place):
            continue
        for column in table.columns.values():
            if column.place is None or column.original is not None:
                continue
            key = (column.place.path, column.place.ordinal)
            first = held.setdefault(key, table)
            if first is not table and check.line(column.place) < check.line(table.place):
                yield check.problem(
                    "column-shared", check.bound(table.place) or table.name, "",
                    f"Column object '{column.name}' already assigned to Table '{first.name}'", table.place,
                    f'"{first.name}" has the column "{column.name}" already', "make a column for each table",
                )  # fmt: skip
                break


def _mapped_twice(check: Check) -> Iterator[Problem]:
    """Two calls of ``map_imperatively`` for one class, or one for a declarative class."""
    seen: dict[tuple[str, int], int] = {}
    for path, ordinal in check.linker.call_sites("map_imperatively"):
        if path in check.builder.index.tests:
            continue
        call = check.linker.table(path).facts.calls[ordinal]
        site = Site(path, call.scope, f"@{ordinal}")
        args, keywords, _ = check.arguments(site)
        made = check.names.made(args[0] if args else keywords.get("class_"))
        if made is None or made.kind != "def" or made.value is None or made.rest or call.frame or call.scope:
            continue
        value = (made.value.place, made.value.scope)
        if value in seen:
            yield check.problem(
                "already-mapped", check.holder(made.value), "",
                f"Class '<class '{check.holder(made.value)}'>' already has a primary mapper defined. ", place_of(site),
                "it is mapped above", "take one of the two away",
            )  # fmt: skip
        seen[value] = ordinal


def _modules(check: Check) -> Iterator[Problem]:
    """A class with the name of a module of classes that lies beside it."""
    below: dict[object, dict[tuple[str, ...], Mapped]] = defaultdict(dict)
    for mapped in check.builder.classes:
        parts = tuple(mapped.module.split("."))
        for start in range(len(parts)):
            for end in range(start + 1, len(parts) + 1):
                below[mapped.registry.key].setdefault(parts[start:end], mapped)
    turn = {mapped: at for at, mapped in enumerate(check.builder.classes)}
    for mapped in check.builder.classes:
        parts = tuple(mapped.module.split("."))
        for start in range(len(parts)):
            other = below[mapped.registry.key].get((*parts[start:], mapped.name))
            if other is not None and check.builder.programs.together(mapped.cls.path, other.cls.path):
                later = max(mapped, other, key=turn.__getitem__)
                found = check.problem(
                    "class-vs-module-name", later, "",
                    f'name "{later.name}" matches both a class name and a module name', mapped.place,
                    f"{mapped.name} is called like the module {other.module}, where {other.name} is mapped",
                    "call the class or the module otherwise",
                )  # fmt: skip
                if other.place is not None:
                    found.related.append(Related(other.place, f"{other.name} is mapped in the module {other.module}"))
                yield found
                break


def _circles(check: Check) -> Iterator[Problem]:
    """Two modules that each take from the other a name that it does not have yet, whichever is imported first."""
    files = {mapped.cls.path for mapped in check.builder.classes}
    wanted: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for path in sorted(files):
        table = check.linker.table(path)
        for ordinal, record in enumerate(table.facts.imports):
            target = check.linker.modules.target(path, record) if record.attribute else None
            if target in files and target != path and record.scope == 0 and not record.frame:
                wanted[path, target].append((record.attribute or "", ordinal))
    for (path, target), names in wanted.items():
        back = wanted.get((target, path), [])
        if path > target or not back:
            continue
        ours = [(name, at) for name, at in names if _defined_after(check, target, name, back)]
        theirs = [(name, at) for name, at in back if _defined_after(check, path, name, names)]
        if ours and theirs:
            order = check.builder.programs.order
            first, second, taken, lacking = (path, target, ours[0], theirs[0])
            if order.get(target, 0) < order.get(path, 0):
                first, second, taken, lacking = (target, path, theirs[0], ours[0])
            found = check.problem(
                "circular-import", lacking[0], "",
                f"cannot import name '{lacking[0]}' from partially initialized module '{check.linker.modules.name(first)}' "
                "(most likely due to a circular import)", Place(second, "scope", 0),
                f"{first} imports {taken[0]} from here before it has {lacking[0]}",
                "import one of the two under TYPE_CHECKING, and name the class by a text",
            )  # fmt: skip
            found.span = check.import_span(second, lacking[1])
            yield found


def _defined_after(check: Check, path: str, name: str, imports: list[tuple[str, int]]) -> bool:
    """Whether a module binds a name as a class or function, and only after imports of its own."""
    table = check.linker.table(path)
    bindings = table.lookup(0, name)
    if not bindings or any(b.definition is None for b in bindings):
        return False
    spans = check.builder.index.project.spans(path)
    if spans is None:
        return False
    first = min(spans.imports[4 * at] for _, at in imports)
    frames = [table.facts.scopes[b.definition].frame for b in bindings if b.definition is not None]
    if any(not always(table, frame) or typing_only(table, frame) for frame in frames if frame):
        return False
    return all(spans.scopes[5 * b.definition] > first for b in bindings if b.definition is not None)
