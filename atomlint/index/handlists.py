"""Django REST framework: lists that views serialize by hand, ``OrderSerializer(orders, many=True).data``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import CHOOSES, Acting
from .listviews import ListView
from .serializers import FRAMEWORK
from .tables import call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call
    from .project import Project
    from .tables import Table
    from .value import Value

HANDLERS = frozenset({"get", "list"})
"""Methods that answer a GET."""
ACTION = "action"
"""The decorator of other methods that answer requests."""
VIEW = "api_view"
"""The decorator of functions that do."""


class HandLists:
    """Reads them as far as the method, or the function, says what rows they are of."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    def of(self, cls: Value) -> Iterator[ListView]:
        """The lists that methods of a view's own body answer with."""
        table = self.linker.table(cls.place)
        methods = table.members_of.get(cls.scope, {})
        answering = [method for name, method in methods.items() if self._answers(table, name, method)]
        if not answering or not any(
            base.kind == "ext" and base.place.startswith(FRAMEWORK) for base in self.linker.mro(cls.place, cls.scope)
        ):
            return
        if not self.project.listviews.loads(cls):
            for method in answering:
                yield from self._lists(cls, table, method)

    def of_function(self, function: Value) -> Iterator[ListView]:
        """The lists that a function which ``api_view`` makes a view answers a GET with."""
        table = self.linker.table(function.place)
        made = [given for given in self._decorated(table, function.scope, VIEW) if given is None or "get" in given]
        if made:
            yield from self._lists(function, table, function.scope)

    def _lists(self, view: Value, table: Table, method: int) -> Iterator[ListView]:
        acting = Acting(self.linker, view, table.facts.scopes[method].name)
        lists = [
            one
            for number in table.calls_in.get(method, ())
            for record in [table.facts.calls[number]]
            if dict(record.keywords).get("many") == "#True" and acting.stands(table, record.frame) is not False
            for one in self._list(view, table, number, record)
        ]
        kept = {(one.rows.model, *(of.serializer for of in one.serializers)): one for one in reversed(lists)}
        yield from reversed(kept.values())  # one for a page of them and for all

    def _answers(self, table: Table, name: str, method: int) -> bool:
        """Whether a method answers a GET."""
        if name in HANDLERS:
            return True
        return any(given is None or "get" in given for given in self._decorated(table, method, ACTION))

    def _decorated(self, table: Table, scope: int, name: str) -> Iterator[set[str] | None]:
        """The methods of HTTP that decorators of a name state, in lower case; None where one leaves it at GET."""
        for decorator in table.facts.scopes[scope].decorators:
            number = call_number(decorator)
            call = table.facts.calls[number] if number is not None else None
            if call is None or (dotted(call.callee) or "").rpartition(".")[2] != name:
                continue
            given = dict(call.keywords).get("methods" if name == ACTION else "http_method_names")
            given = call.args[0] if given is None and name == VIEW and call.args else given
            yield None if given is None else {_lowered(part) for part in given[1:]} if type(given) is list else set()

    def _list(self, cls: Value, table: Table, number: int, record: Call) -> Iterator[ListView]:
        keywords = dict(record.keywords)
        given = record.args[0] if record.args else keywords.get("instance")
        if given is None or "data" in keywords:
            return
        views = self.project.listviews
        made = [views.serializers.of(value) for value in self._serializers(cls, table, record)]
        rows = self.project.rowsets.of(table.path, record.scope, given) if made and None not in made else None
        if rows is not None:
            serializers = tuple(one for one in made if one is not None)
            routed = views.is_routed(cls) or cls in self.project.reach.reached
            yield ListView(rows, serializers, routed, 0, views.is_permitted(cls), number)

    def _serializers(self, cls: Value, table: Table, record: Call) -> list[Value]:
        """The class that is called, or those that ``self.get_serializer`` may call in an action of that name."""
        acting = Acting(self.linker, cls, table.facts.scopes[record.scope].name)
        name = dotted(record.callee)
        if name == "self.get_serializer":
            known = self.linker.member(cls, "get_serializer") is None
            return acting.serializers() if known else []
        if type(record.callee) is str and record.callee.endswith(CHOOSES):
            return []
        values = self.linker.evaluate(table.path, record.scope, name) if name else ()
        return [value for value in values if value.kind == "def"] if all(v.kind == "def" for v in values) else []


def _lowered(part: object) -> str:
    return (text_of(part) or "").lower()
