"""Names of variables that objects are made with and read later: ``Provider(secret_env="SHOP_SECRET")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .settings import Settings
    from .tables import Table


def kept_names(settings: Settings, path: str, scope: int, expr: Expr) -> Iterator[str]:
    """What the calls that make objects of a class give to the attribute of ``self`` that one of its methods reads."""
    if type(expr) is not str or expr[:5] != "self." or "." in expr[5:]:
        return
    table = settings.linker.table(path)
    scopes = table.facts.scopes
    cls = scope
    while cls and scopes[cls].kind != "class":
        cls = scopes[cls].parent
    taken = _parameter(table, cls, expr[5:]) if cls else None
    if taken is None:
        return
    at, name, default = taken
    for place, ordinal in settings.linker.call_sites(scopes[cls].name):
        if place in settings.index.tests or not any(
            value.place == path and value.scope == cls for value in settings.linker.values.callee(place, ordinal)
        ):
            continue
        call = settings.linker.table(place).facts.calls[ordinal]
        given = call.args[at] if at < len(call.args) else dict(call.keywords).get(name)
        found = text_of(default) if given is None else settings.constant(place, call.scope, given)
        if found is not None:
            yield found


def _parameter(table: Table, cls: int, attribute: str) -> tuple[int, str, Expr] | None:
    """The parameter that an attribute is taken from: its place behind ``self``, its name and its default."""
    scopes = table.facts.scopes
    for assign in table.facts.assigns:
        owner = scopes[assign.scope]
        if owner.parent == cls and owner.name == "__init__" and assign.target == f"self.{attribute}":
            params = owner.params[1:]
            places = [place for place, param in enumerate(params) if param.name == assign.value]
            return (places[0], params[places[0]].name, params[places[0]].default) if places else None
    if not any("dataclass" in str(decorator) or "define" in str(decorator) for decorator in scopes[cls].decorators):
        return None
    fields = [assign for assign in table.facts.assigns if assign.scope == cls and assign.annotation is not None]
    places = [place for place, field in enumerate(fields) if field.target == attribute]
    return (places[0], attribute, fields[places[0]].value) if places else None
