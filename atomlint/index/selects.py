"""Queries of one model as they are built: which class, which columns, and what of that only the caller knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .reaching import Point, reaching
from .receivers import Receiver, Receivers, Seen
from .tables import Table, dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .lookups import Lookups

MAX_LINKS = 40
FILTERS = frozenset({"filter", "where", "filter_by"})
LINKS = FILTERS | {
    "options", "limit", "order_by", "join", "outerjoin", "distinct", "execution_options", "with_for_update", "select_from",
    "populate_existing", "unique", "enable_eagerloads",
}  # fmt: skip
"""Methods that leave a statement one for rows of the same model, whoever made it."""
JOINED = frozenset({"and_", "or_"})


class Statement(NamedTuple):
    """A query, or the part of one that a function adds."""

    path: str
    start: int
    """Ordinal of the call that names the model; -1 where a caller does."""
    kind: str
    """``select`` (something runs it), ``query`` (runs itself), or empty where the caller knows."""
    model: Value | None
    name: str = ""
    """The model's name."""
    written: str = ""
    """The last part of how the model is written here: ``model`` of ``self.model``."""
    keys: tuple[str, ...] = ()
    """Attributes of the model that it compares; ``**name`` for those that a caller passes."""
    filtered: bool = False
    """Whether it has a filter, understood or not."""
    open: str = ""
    """What a caller must tell: ``statement`` or ``model`` (a parameter), ``receiver``; empty: nothing."""
    param: str = ""
    """The parameter that tells it."""


class Selects:
    """Reads queries off the calls that build them."""

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups
        self.linker = lookups.linker
        self.receivers = Receivers(lookups.linker)
        self._variables: dict[tuple[Seen, int, str, Point], Statement | None] = {}
        runs = lookups.executors | lookups.one | lookups.getters
        self.runs = runs | {
            "scalars",
            "all",
            "fetchall",
            "fetchone",
            "mappings",
            "tuples",
            "count",
            "exists",
            "subquery",
        }

    def of(self, seen: Seen, scope: int, expr: Expr, at: Point, left: int = MAX_LINKS) -> Statement | None:
        """The query that an expression is, as a place in the function sees it; None for anything else, or several."""
        if left <= 0:
            return None
        if type(expr) is list and expr[:1] == ["if"]:
            return self._either([self.of(seen, scope, part, at, left // 2) for part in expr[2:]])
        if type(expr) is not str or not expr:
            return None
        if expr[0] == "@":
            return self._call(seen, int(expr[1:]), left) if expr[1:].isdigit() else None
        name = dotted(expr)
        if name is None or "." in name:
            return None
        key = (seen, scope, name, at)
        if key not in self._variables:
            self._variables[key] = self._variable(seen, scope, name, at, left)
        return self._variables[key]

    def _variable(self, seen: Seen, scope: int, name: str, at: Point, left: int) -> Statement | None:
        table = self.linker.table(seen.path)
        assigns = reaching(table, scope, name, at)
        found = []
        for assign, point in assigns:
            if assign.value == "#None" and assign.kind == "=":
                continue
            if assign.kind != "=":
                return None
            found.append(self.of(seen, scope, assign.value, point, left - 1))
        if found:
            return self._either(found)
        if not assigns and self._is_param(table, scope, name) and self.receivers.own(table, scope, name) is None:
            return Statement(seen.path, -1, "", None, open="statement", param=name)
        return None

    @staticmethod
    def _is_param(table: Table, scope: int, name: str) -> bool:
        return any(p.name == name and p.kind in ("p", "k") for p in table.facts.scopes[scope].params)

    @staticmethod
    def _either(found: list[Statement | None]) -> Statement | None:
        """What queries of which one is run have in common: the model, and any of their keys."""
        first = found[-1] if found else None
        if first is None or any(
            s is None or (s.model, s.kind, s.open, s.param) != (first.model, first.kind, first.open, first.param) for s in found
        ):  # fmt: skip
            return None
        keys = tuple(dict.fromkeys(key for s in reversed(found) if s is not None for key in s.keys))
        return first._replace(keys=keys, filtered=any(s is not None and s.filtered for s in found))

    def _call(self, seen: Seen, ordinal: int, left: int) -> Statement | None:
        table = self.linker.table(seen.path)
        call = table.facts.calls[ordinal]
        if type(call.callee) is not str:
            return None
        receiver, _, method = call.callee.rpartition(".")
        if method in self.lookups.builders and receiver and call.args:
            return self._head(seen, call, ordinal, "query")
        if method in self.lookups.select_names and self._selects(table, call):
            return self._head(seen, call, ordinal, "select") if call.args else None
        if receiver and method not in self.runs:
            point = Point.of_call(call, ordinal)
            if receiver[0] != "@" and "." in receiver:
                base = self.of_class(seen, call.scope, receiver, ordinal, point)
            else:
                base = self.of(seen, call.scope, receiver, point, left - 1)
            if base is not None and (method in LINKS or base.open != "statement"):
                return self._filtered(table, call, method, base)
        return self._returned(seen, ordinal, left)

    def of_class(self, seen: Seen, scope: int, name: str, ordinal: int, at: Point) -> Statement | None:
        """``Model.query`` of Flask-SQLAlchemy, and ``cls.query`` in what a class inherits; None for anything else."""
        owner, _, attribute = name.rpartition(".")
        if attribute != "query" or not owner:
            return None
        found = self.model(seen, scope, owner, at)
        if found is None or (found.model is None and (found.open != "receiver" or "." in owner)):
            return None
        return found._replace(start=ordinal, kind="query")

    def _selects(self, table: Table, call: Call) -> bool:
        name = dotted(call.callee)
        values = self.linker.evaluate(table.path, call.scope, name) if name else ()
        return any(v.kind == "ext" and v.place in self.lookups.selects for v in values)

    def _head(self, seen: Seen, call: Call, ordinal: int, kind: str) -> Statement | None:
        found = self.model(seen, call.scope, call.args[0], Point.of_call(call, ordinal))
        return None if found is None else found._replace(start=ordinal, kind=kind)

    def _filtered(self, table: Table, call: Call, method: str, base: Statement) -> Statement:
        if method not in FILTERS or not (call.args or call.keywords):
            return base
        keys = list(base.keys)
        for name, value in call.keywords:
            if name != "**":
                keys.append(name)
            elif (given := dotted(value)) is not None and any(
                p.name == given and p.kind == "**" for p in table.facts.scopes[call.scope].params
            ):
                keys.append(f"**{given}")
        if base.written:
            for arg in call.args:
                keys += self._compared(table, arg, base.written)
        if base.model is not None:
            keys += [key for arg in call.args for key in self._joined(table, call.scope, arg, base.model)]
        return base._replace(keys=tuple(dict.fromkeys(keys)), filtered=True)

    def _joined(self, table: Table, scope: int, expr: Expr, model: Value) -> Iterator[str]:
        """Columns of other models that a filter compares with what its function is given: ``Domain.host == host``."""
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            call = table.facts.calls[int(expr[1:])]
            if (dotted(call.callee) or "").rpartition(".")[2] == "and_":
                for arg in call.args:
                    yield from self._joined(table, scope, arg, model)
        if type(expr) is not list or not expr:
            return
        if expr[0] == "and" or expr[:2] == ["bin", "&"]:
            for part in expr[1:]:
                yield from self._joined(table, scope, part, model)
        elif expr[0] == "cmp" and len(expr) == 4 and expr[2] == "==":
            models = [self.lookups._model(table.path, scope, side) for side in (expr[1], expr[3])]
            if (models[0] is None) != (models[1] is None):
                column, given = (expr[1], expr[3]) if models[0] is not None else (expr[3], expr[1])
                owner = next(found for found in models if found is not None)
                name = dotted(column) or ""
                if owner[0] != model and "." in name and not _is_constant(given):
                    yield f"{owner[1]}.{name.rpartition('.')[2]}"

    def _compared(self, table: Table, expr: Expr, written: str, left: int = 4) -> list[str]:
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit() and left:
            call = table.facts.calls[int(expr[1:])]
            if type(call.callee) is str and call.callee.rpartition(".")[2] in JOINED:
                return [key for arg in call.args for key in self._compared(table, arg, written, left - 1)]
            return []
        return compared(expr, written)

    def _returned(self, seen: Seen, ordinal: int, left: int) -> Statement | None:
        """The query that a function of the project makes: ``self.base_statement()``."""
        target = self.receivers.target(seen, ordinal)
        if target is None:
            return None
        function, receiver = target
        table = self.linker.table(function.place)
        exits = [e for e in table.exits.get(function.scope, ()) if e.kind == "return"]
        if len(exits) != 1 or table.facts.scopes[function.scope].yields:
            return None
        inner = Seen(function.place, function.scope, receiver)
        found = self.of(inner, function.scope, exits[0].value, Point.of_exit(exits[0]), left // 2)
        if found is None or found.open in ("statement", "model") or any(key[:2] == "**" for key in found.keys):
            return None
        return found if found.model is not None else found._replace(path=seen.path, start=ordinal)

    # --- models ----------------------------------------------------------------------------------------------------

    def model(self, seen: Seen, scope: int, expr: Expr, at: Point, left: int = 4) -> Statement | None:
        """The mapped class that an expression names, or who knows it, as a query without filters."""
        name = dotted(expr)
        if name is None or left == 0:
            return None
        known = self.lookups._model(seen.path, scope, expr)
        if known is not None:
            return Statement(seen.path, -1, "", known[0], known[1], known[1])
        table = self.linker.table(seen.path)
        head, _, rest = name.partition(".")
        own = self.receivers.own(table, scope, head)
        if own is not None:
            attribute = rest.partition(".")[0]
            model = self._held_model(seen, own, attribute)
            if model is None:
                return Statement(seen.path, -1, "", None, "", attribute or head, open="receiver")
            called = self.linker.table(model.place).facts.scopes[model.scope].name
            return Statement(seen.path, -1, "", model, called, attribute or head)
        assigns = reaching(table, scope, head, at)
        if len(assigns) == 1 and assigns[0][0].kind == "=" and dotted(assigns[0][0].value) is not None:
            found = self.model(seen, scope, assigns[0][0].value, assigns[0][1], left - 1)
            return None if found is None else found._replace(written=head)
        if not assigns and self._is_param(table, scope, head) and "." not in rest:
            return Statement(seen.path, -1, "", None, "", head, open="model", param=head)
        return None

    def _held_model(self, seen: Seen, own: int, attribute: str) -> Value | None:
        """The mapped class that ``self.<attribute>`` holds, or that ``cls`` is, for what a function is called on.

        Where that is not known it is what every heir of the class holds; None when they differ.
        """
        cls = Value("def", seen.path, own)
        if seen.receiver is not None:
            return self._held(seen.receiver, attribute)
        found = self._held(Receiver(cls), attribute)
        heirs = self.linker.heirs.below(cls) if found is not None else []
        return found if all(self._held(Receiver(heir), attribute) == found for heir in heirs) else None

    def _held(self, receiver: Receiver, attribute: str) -> Value | None:
        if attribute in ("", "__class__"):
            return receiver.cls if self.lookups.is_mapped(receiver.cls) else None
        place = self.receivers.attribute(receiver, attribute)
        values = self.linker.evaluate(*place) if place is not None else ()
        mapped = [value for value in values if value.kind == "def" and self.lookups.is_mapped(value)]
        return mapped[0] if len(mapped) == 1 == len(values) else None


def _is_constant(expr: Expr) -> bool:
    """Whether a value stands in the code: ``True``, ``"on"``, ``State.ACTIVE``."""
    return type(expr) is str and (expr[:1] in "#'" or (dotted(expr) or "").rpartition(".")[2].isupper())


def compared(expr: Expr, model: str) -> list[str]:
    """Attributes of ``model`` that a filter expression compares for equality."""
    if type(expr) is not list or not expr:
        return []
    if expr[0] == "cmp" and expr[2] in ("==", "in", "is"):
        names = [dotted(expr[1]), dotted(expr[3])]
        return [n.rpartition(".")[2] for n in names if n and n.rpartition(".")[0].rpartition(".")[2] == model]
    if expr[0] in ("and", "or", "bin"):
        return [name for part in expr[1:] for name in compared(part, model)]
    return []
