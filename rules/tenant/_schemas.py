"""Customers with a schema each: which models have a table in every one of them, and which functions read these.

One cache serves all schemas of django-tenants: without its ``KEY_FUNCTION``, one key is one entry for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Class, Function, inside, text_of

from ._recognised import BASES, based

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Index
    from atomlint.index.value import Value

    from ._caches import CacheWrite

KEYED = "KEY_FUNCTION"
"""The entry of ``CACHES`` by which keys tell the schema."""
ELSEWHERE = frozenset(
    {"schema_context", "tenant_context", "set_schema", "set_tenant", "set_schema_to_public", "get_public_schema_name"}
)
"""Calls that leave the schema of the request: what is read then is not its customer's."""
DEPTH = 2
"""Functions that are looked into for a query."""


def schema_model(index: Index, write: CacheWrite) -> str:
    """The name of a model of each schema that what is put into a cache is read from; empty where it is of none."""
    models = schema_models(index)
    function = index.function(write.function) if models and write.call >= 0 else None
    if function is None or any(call.name in ELSEWHERE for call in function.calls):
        return ""
    leaves = index.provenance.leaves(write.path, write.function.scope, write.value)
    made = {leaf.call for leaf in leaves if leaf.kind == "call"}
    for call in function.calls:  # those that the value is made of, and all of the branch for what is not there
        is_of_miss = write.frame and write.frame in call.frame_ids and call.ordinal < write.call
        if (call.ordinal in made or is_of_miss) and (name := next(_read(call, models, DEPTH), "")):
            return name
    return ""


def schema_models(index: Index) -> frozenset[Value]:
    """Classes of the models that each schema has; empty where keys of caches tell the schema."""
    found: frozenset[Value] = index.keep("schema-models", lambda: frozenset(_models(index)))
    return found


def has_own_people(index: Index) -> bool:
    """Whether each schema has its own users, whose ids begin anew in every one: they tell no customer."""
    found: bool = index.keep(
        "people-of-schemas", lambda: any(_is_of_people(index, cls) for cls in schema_models(index))
    )
    return found


def _is_of_people(index: Index, model: Value) -> bool:
    name = Class(index, model.place, model.scope).name
    stated = index.project.effects.backends.setting("AUTH_USER_MODEL")
    users = {text_of(value) or "" for table, _, value in stated if table.path not in index.tests}
    return any(user.rpartition(".")[2] == name for user in users)


def _models(index: Index) -> Iterator[Value]:
    if next(based(index.mapped, BASES), None) is None or _is_keyed(index):
        return
    own, shared = (frozenset(_apps(index, setting)) for setting in ("TENANT_APPS", "SHARED_APPS"))
    for cls in index.mapped:
        if _is_in(cls, own - shared) and not _is_in(cls, shared):
            yield cls.value


def _is_keyed(index: Index) -> bool:
    """Whether some cache has keys by a function of its own."""
    for path in index.paths:
        for assign in index.table(path).facts.assigns:
            if any(text_of(part) == KEYED for side in (assign.target, assign.value) for part in inside(side)):
                return True
    return False


def _apps(index: Index, setting: str) -> Iterator[str]:
    """Directories of the applications that a setting names, ``apps.notes`` or ``apps.notes.apps.NotesConfig``."""
    for table, _, value in index.project.effects.backends.setting(setting):
        if table.path in index.tests:
            continue
        for name in filter(None, map(text_of, inside(value))):
            yield f"/{name.partition('.apps.')[0] if name[-6:] == 'Config' else name}/".replace(".", "/")


def _is_in(cls: Class, apps: frozenset[str]) -> bool:
    return any(app in f"/{cls.path}" for app in apps)


def _read(call: Call, models: frozenset[Value], depth: int) -> Iterator[str]:
    """Names of those that a call reads, itself or in functions of the project that it calls."""
    owner, found, _ = call.callee.partition(".objects") if type(call.callee) is str else ("", "", "")
    if found and owner:
        for value in call.evaluate(owner):
            if value.kind == "def" and value in models:
                yield Class(call.index, value.place, value.scope).name
    for target in call.targets if depth else ():
        if target.kind == "def" and call.index.table(target.place).facts.scopes[target.scope].kind == "function":
            for inner in Function(call.index, target.place, target.scope).calls:
                yield from _read(inner, models, depth - 1)
