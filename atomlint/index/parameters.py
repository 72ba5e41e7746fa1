"""What parameters can be: ``self``, injected dependencies, annotations, defaults, and what callers pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .defaults import Defaults
from .flowing import END, Spot
from .tables import dotted, text_of
from .value import MAX_UNION, NOTHING, Value, Values, union

if TYPE_CHECKING:
    from ..facts.records import Call, Expr, Param
    from .values import Evaluator

MAX_CALLERS = 12
"""Call sites looked at to find what a parameter is."""
MAX_MADE = 2000
"""Calls of a class looked at to find what is in a container that its instances are given: its name tells them well."""
WRAPPERS = frozenset({"Optional", "Annotated", "ClassVar", "Final", "Union", "Mapped"})
CLASSES = frozenset({"type", "Type"})
"""Annotations that promise a class and no instance of it."""


class Parameters:
    """Evaluates parameters and annotations."""

    def __init__(self, values: Evaluator) -> None:
        self.values = values
        self.linker = values.linker
        self.defaults = Defaults(values)
        self._handed: dict[tuple[str, str, int, str], list[tuple[str, int, Expr, str | None]]] = {}

    def parameter(self, path: str, scope: int, param: Param) -> Values:
        """What a parameter can be: ``self``, an injected dependency, its annotation, its default, its callers' arguments."""
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        parent = table.facts.scopes[record.parent]
        if parent.kind == "class" and record.params and record.params[0] is param and (
            record.kind == "function" or param.name == "self"
        ):  # fmt: skip
            if any(d == "staticmethod" for d in record.decorators):
                return NOTHING
            if any(d == "classmethod" for d in record.decorators) or record.name in ("__new__", "__init_subclass__"):
                return frozenset({Value("def", path, record.parent)})
            return frozenset({Value("inst", path, record.parent)})
        injected = self.injected(path, record.parent, param)
        given = union(self.values.result(value) for value in injected)
        if given:
            return given
        if param.kind in ("*", "**"):
            return NOTHING
        if param.annotation is not None:
            values = self.annotation(path, record.parent, param.annotation)
            if values and param.default == "#None" and self.defaults.keeps(path, scope, param):
                return NOTHING
            if values or injected:
                return values
        values = self.values.evaluate(path, record.parent, param.default) if param.default is not None else NOTHING
        values = frozenset(value for value in values if value.kind != "const")
        if any(value.kind == "def" for value in values):  # a callable that callers may replace
            return union([values, self._from_callers(path, scope, param)])
        return values or self._from_callers(path, scope, param)

    def injected(self, path: str, scope: int, param: Param) -> Values:
        """What ``Depends(f)`` in a default or an ``Annotated`` names: ``f``; nothing when there is no such thing."""
        candidates = [(path, param.default)]
        annotation = param.annotation
        place = path
        if type(annotation) is str and annotation[:1] not in ("'", "#", "?", "@", ""):
            found = self.alias(path, scope, annotation)
            if found is not None:
                place, _, annotation = found
        if type(annotation) is list and annotation[:1] == ["sub"] and type(annotation[2]) is list:
            candidates += [(place, part) for part in annotation[2][1:]]
        for file, candidate in candidates:
            if type(candidate) is not str or candidate[:1] != "@" or "." in candidate:
                continue
            injection = self.injection(file, int(candidate[1:]))
            if injection is None:
                continue
            file, call = injection[0], self.linker.table(injection[0]).facts.calls[injection[1]]  # noqa: PLW2901
            if call.args:
                return self.values.evaluate(file, call.scope, call.args[0])
            named = [value for name, value in call.keywords if name == "dependency"]
            if named:
                return self.values.evaluate(file, call.scope, named[0])
            if param.annotation is not None:  # Depends() takes the annotation itself
                return self._classes(self.annotation(path, scope, param.annotation))
        return NOTHING

    def injection(self, path: str, ordinal: int) -> tuple[str, int] | None:
        """The ``Depends(...)`` that a call is, or that the function of the project that it calls returns: (path, ordinal)."""
        call = self.linker.table(path).facts.calls[ordinal]
        name = dotted(call.callee)
        if name is None or self.is_injection(path, call.scope, call.callee):
            return None if name is None else (path, ordinal)
        values = self.values.evaluate(path, call.scope, call.callee)
        if len(values) != 1:
            return None
        (value,) = values
        table = self.linker.table(value.place) if value.kind == "def" else None
        exits = table.exits.get(value.scope, ()) if table is not None else ()
        if table is None or len(exits) != 1 or exits[0].kind != "return":
            return None
        given = exits[0].value
        if type(given) is not str or given[:1] != "@" or not given[1:].isdigit():
            return None
        inner = table.facts.calls[int(given[1:])]
        return (value.place, int(given[1:])) if self.is_injection(value.place, inner.scope, inner.callee) else None

    def alias(
        self, path: str, scope: int, name: str, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> tuple[str, int, Expr] | None:
        """The expression behind a module-level alias such as ``SessionDep = Annotated[Session, Depends(get_db)]``."""
        if (path, name) in seen:
            return None  # a package that imports from itself
        table = self.linker.table(path)
        for binding in table.lookup(scope, name) if "." not in name else ():
            if binding.assign is not None and type(binding.assign.value) is list:
                return path, binding.scope, binding.assign.value
            record = binding.imported
            if record is not None and record.attribute:
                target = self.linker.modules.target(path, record)
                if target is not None and target.endswith(".py"):
                    return self.alias(target, 0, record.attribute, seen | {(path, name)})
        return None

    def is_injection(self, path: str, scope: int, callee: Expr) -> bool:
        """Whether a callee is FastAPI's ``Depends`` or ``Security``."""
        name = dotted(callee)
        if name is None or name.rpartition(".")[2] not in ("Depends", "Security"):
            return False
        values = self.values.evaluate(path, scope, callee)
        return not values or any(value.kind == "ext" for value in values)

    @staticmethod
    def _classes(values: Values) -> Values:
        return frozenset(Value("def", v.place, v.scope) if v.kind == "inst" else v for v in values)

    def _from_callers(self, path: str, scope: int, param: Param) -> Values:
        """Union of the arguments at the call sites of a function that are proven to call it."""
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        if record.kind != "function":
            return NOTHING
        owner = table.facts.scopes[record.parent]
        is_method = owner.kind == "class" and not any(d == "staticmethod" for d in record.decorators)
        called = owner.name if record.name == "__init__" and is_method else record.name
        position = [p.name for p in record.params].index(param.name) - (1 if is_method else 0)
        sites = self.linker.calls_of(called, position)
        through = self._super_calls(path, scope) if called == owner.name and is_method else []
        if not 0 < len(sites) + len(through) <= MAX_CALLERS:
            return NOTHING
        wanted = Value("def", path, record.parent if record.name == "__init__" else scope)
        key = ("callers", path, scope, param.name)
        return self.values.answers.kept.get(key) or self.values.answers.keep(
            key,
            lambda: union(
                [
                    self._arguments(sites, wanted, param.name, position),
                    self._arguments(through, Value("def", path, scope), param.name, position),
                ]
            ),
        )

    def _super_calls(self, path: str, scope: int) -> list[tuple[str, int]]:
        """Calls of a constructor by those of heirs: ``super().__init__(client)``."""
        table = self.linker.table(path)
        found: list[tuple[str, int]] = []
        for heir in self.linker.heirs.below(Value("def", path, table.facts.scopes[scope].parent))[:MAX_CALLERS]:
            inner = self.linker.table(heir.place)
            init = inner.members.get((heir.scope, "__init__"))
            for ordinal in inner.calls_in.get(init, ()) if init is not None else ():
                callee = inner.facts.calls[ordinal].callee
                if type(callee) is str and callee[:1] == "@" and callee.endswith(".__init__"):
                    found.append((heir.place, ordinal))
        return found

    def handed_back(self, path: str, call: Call, function: Value) -> Values:
        """Arguments of a call that a function returns as they are: ``def register(f): ...; return f``."""
        table = self.linker.table(function.place)
        record = table.facts.scopes[function.scope]
        if record.kind not in ("function", "lambda") or not record.params:
            return NOTHING
        found: list[Values] = []
        names = [param.name for param in record.params]
        offset = (
            1 if table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators else 0
        )
        for exit_ in table.exits.get(function.scope, ()):
            if exit_.kind != "return" or type(exit_.value) is not str or exit_.value not in names:
                continue
            place = names.index(exit_.value) - offset
            given = next((value for keyword, value in call.keywords if keyword == exit_.value), None)
            if given is None and 0 <= place < len(call.args):
                given = call.args[place]
            if given is not None:
                found.append(self.values.evaluate(path, call.scope, given))
        return frozenset(value for values in found for value in values if value.kind != "const")

    def only_hands_back(self, function: Value) -> bool:
        """Whether all that a function returns are arguments as they are: other callers' arguments are not the answer."""
        table = self.linker.table(function.place)
        names = {param.name for param in table.facts.scopes[function.scope].params}
        return all(
            type(exit_.value) is str and exit_.value in names
            for exit_ in table.exits.get(function.scope, ())
            if exit_.kind == "return"
        )

    def sites(
        self, path: str, scope: int, most_made: int = MAX_CALLERS
    ) -> tuple[list[tuple[str, int]], int, Value] | None:
        """Call sites that may call a function, how many parameters the call does not give, and what it must call.

        None for too many of them; of a constructor, for more than ``most_made``.
        """
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        if record.kind != "function":
            return None
        owner = table.facts.scopes[record.parent]
        is_method = owner.kind == "class" and not any(d == "staticmethod" for d in record.decorators)
        init = record.name == "__init__" and is_method
        sites = self.linker.call_sites(owner.name if init else record.name)
        if not 0 < len(sites) <= (most_made if init else MAX_CALLERS):
            return None
        return sites, 1 if is_method else 0, Value("def", path, record.parent if init else scope)

    def handed(self, path: str, scope: int, param: Param) -> list[tuple[str, int, Expr, str | None]]:
        """Containers that callers give for a parameter, as (path, scope, expression, ``""``); for ``*args`` and
        ``**kwargs`` the elements, as (path, scope, expression, key or None for any)."""
        if param.annotation is not None and param.kind == "p":
            parent = self.linker.table(path).facts.scopes[scope].parent
            if not self.values.elements.promises.leaves_open(path, parent, param.annotation):
                return []
        kept = ("handed", path, scope, param.name)
        if kept in self._handed:
            return self._handed[kept]
        self._handed[kept] = []
        found = self.sites(path, scope, most_made=MAX_MADE)
        if found is None:
            return []
        sites, offset, wanted = found
        params = self.linker.table(path).facts.scopes[scope].params
        place = [p.name for p in params].index(param.name) - offset
        names = {p.name for p in params}
        result: list[tuple[str, int, Expr, str | None]] = []
        for site, ordinal in sites:
            call = self.linker.table(site).facts.calls[ordinal]
            if wanted not in self.values.callee(site, ordinal):
                continue
            if param.kind == "*":
                result += [
                    (site, call.scope, expr, None if type(expr) is list and expr[:1] == ["*"] else f"#{number}")
                    for number, expr in enumerate(call.args[max(place, 0) :])
                    if not (type(expr) is list and expr[:1] == ["*"])
                ]
                result += [
                    (site, call.scope, expr[1], "") for expr in call.args if type(expr) is list and expr[:1] == ["*"]
                ]
            elif param.kind == "**":
                result += [
                    (site, call.scope, value, "" if name == "**" else f"'{name}")
                    for name, value in call.keywords
                    if name not in names
                ]
            else:
                given = next((value for name, value in call.keywords if name == param.name), None)
                if given is None and 0 <= place < len(call.args):
                    given = call.args[place]
                if given is not None:
                    result.append((site, call.scope, given, ""))
        self._handed[kept] = result
        return result

    def decorated(self, path: str, scope: int, name: str) -> Values:
        """What a decorator of the project is put on, for its parameter: what a registry holds in the end."""
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        bound = table.facts.scopes[record.parent].kind == "class"
        if record.kind != "function" or record.params[1 if bound else 0 :][:1] != [
            p for p in record.params if p.name == name
        ]:
            return NOTHING
        this = Value("def", path, scope)
        outer = table.facts.scopes[record.parent]
        found: set[Value] = set()
        for wanted, called in ((record, False), (outer, True)):
            if wanted.kind != "function":
                continue
            for site, ordinal, decorator in self.linker.decorated(wanted.name):
                at = self.linker.table(site).facts.scopes[ordinal].parent
                if ((type(decorator) is str and decorator[:1] == "@") == called) and this in self.values.evaluate(
                    site, at, decorator
                ):
                    found.add(Value("def", site, ordinal))
        return frozenset(found) if len(found) <= MAX_UNION else NOTHING

    def field(self, path: str, scope: int, name: str) -> Values:
        """What instances of a data class or model are given for a field, where its annotation says nothing."""
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        if (scope, "__init__") in table.members:
            return NOTHING
        sites = self.linker.call_sites(record.name)
        if not 0 < len(sites) <= MAX_CALLERS:
            return NOTHING
        fields = [a.target for a in table.facts.assigns if a.scope == scope and a.annotation is not None]
        place = fields.index(name) if name in fields else -1
        return self._arguments(sites, Value("def", path, scope), name, place)

    def _arguments(self, sites: list[tuple[str, int]], wanted: Value, name: str, position: int) -> Values:
        result: set[Value] = set()
        for site, ordinal in sites:
            call = self.linker.table(site).facts.calls[ordinal]
            given = next((value for keyword, value in call.keywords if keyword == name), None)
            if given is None and 0 <= position < len(call.args):
                given = call.args[position]
            stars = [a for a in call.args[: position + 1] if type(a) is list and a[:1] == ["*"]]
            if stars or (given is None and any(keyword == "**" for keyword, _ in call.keywords)):
                if self.linker.runs(site, ordinal, wanted):
                    result |= self._spread(site, call, name, position)
                continue
            if given is None or not self.linker.runs(site, ordinal, wanted):
                continue
            spot = Spot(ordinal, END, call.frame)
            result |= {v for v in self.values.evaluate(site, call.scope, given, spot) if v.kind != "const"}
        return frozenset(result) if len(result) <= MAX_UNION else NOTHING

    def _spread(self, site: str, call: Call, name: str, position: int) -> Values:
        """What ``f(*args, **kwargs)`` gives a parameter."""
        items = self.values.elements.items
        for place, given in enumerate(call.args[: position + 1]):
            if type(given) is list and given[:1] == ["*"]:
                held = items(site, call.scope, given[1], f"#{position - place}", 1)
                found = union(self.values.evaluate(*item) for item in held)
                if found:
                    return frozenset(v for v in found if v.kind != "const")
        held = [item for key, value in call.keywords if key == "**"
                for item in items(site, call.scope, value, f"'{name}", 1)]  # fmt: skip
        return frozenset(v for v in union(self.values.evaluate(*item) for item in held) if v.kind != "const")

    def annotation(self, path: str, scope: int, expr: Expr, seen: set[tuple[str, str]] | None = None) -> Values:
        """Instances that an annotation promises; containers promise nothing. Aliases in ``seen`` are looked into already."""
        seen = set() if seen is None else seen
        text = text_of(expr)
        if text is not None:
            parts = [part.strip() for part in text.replace("Optional[", "").rstrip("]").split("|")]
            classes = [part.partition("[")[2] for part in parts if part.partition("[")[0].rpartition(".")[2] in CLASSES]
            if classes:
                return union(self._promised(path, scope, part) for part in classes if part)
            names = [
                part for part in parts if part.replace(".", "").replace("_", "").isalnum() and not part[0].isdigit()
            ]
            return union(self.annotation(path, scope, name, seen) for name in names)
        if type(expr) is str:
            promised = union(self.instance(value) for value in self.values.evaluate(path, scope, expr))
            if promised or (path, expr) in seen:  # ``Json = Union[str, list["Json"]]``
                return promised
            seen.add((path, expr))
            aliased = self.alias(path, scope, expr) if dotted(expr) else None
            return self.annotation(*aliased, seen) if aliased is not None else NOTHING
        if type(expr) is not list or not expr:
            return NOTHING
        if expr[0] == "bin" and expr[1] == "|":
            return union(self.annotation(path, scope, part, seen) for part in expr[2:])
        if expr[0] == "sub":
            name = dotted(expr[1])
            wrapper = name.rpartition(".")[2] if name else ""
            if wrapper in CLASSES:
                return self._promised(path, scope, expr[2])
            if wrapper in WRAPPERS:
                inner = expr[2][1:] if type(expr[2]) is list and expr[2][0] == "[]" else [expr[2]]
                if wrapper == "Annotated":
                    inner = inner[:1]
                return union(self.annotation(path, scope, part, seen) for part in inner)
            return self.annotation(path, scope, expr[1], seen) if name and wrapper[:1].isupper() else NOTHING
        return NOTHING

    def _promised(self, path: str, scope: int, expr: Expr) -> Values:
        """The class that ``type[expr]`` promises, or the classes: ``type[A | B]``."""
        if type(expr) is list and expr[:2] == ["bin", "|"]:
            return union(self._promised(path, scope, part) for part in expr[2:])
        values = self.values.evaluate(path, scope, text_of(expr) or expr)
        return frozenset(value for value in values if self.instance(value))

    def instance(self, value: Value) -> Values:
        """An instance of a class."""
        if value.kind == "def":
            if self.linker.table(value.place).facts.scopes[value.scope].kind == "class":
                return frozenset({Value("inst", value.place, value.scope)})
            return NOTHING
        if value.kind == "ext" and not value.place.startswith(("typing.", "builtins.", "collections.")):
            return frozenset({self.linker.catalog.called(value)})
        return NOTHING
