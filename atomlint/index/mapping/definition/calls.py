"""Arguments of ``relationship()``, ``Column()``, ``mapped_column()`` and ``ForeignKey()`` that are refused where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...tables import dotted
from ..arguments import CASCADES
from ..columns import COLUMNS, place_of
from ..problems import WARNING
from ..values import RELATIONSHIPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..problems import Problem
    from ..records import Attribute, Mapped, Place, Site
    from .check import Check

RELATIONSHIP_KEYWORDS = frozenset(
    {"argument", "secondary", "uselist", "collection_class", "primaryjoin", "secondaryjoin", "back_populates", "order_by",
     "backref", "overlaps", "post_update", "cascade", "viewonly", "init", "repr", "default", "default_factory", "compare",
     "kw_only", "hash", "lazy", "passive_deletes", "passive_updates", "active_history", "enable_typechecks", "foreign_keys",
     "remote_side", "join_depth", "comparator_factory", "single_parent", "innerjoin", "distinct_target_key", "load_on_pending",
     "query_class", "info", "omit_join", "sync_backref", "cascade_backrefs", "bake_queries", "doc", "dataclass_metadata",
     "_local_remote_pairs", "_legacy_inactive_history_style", "strategy_class", "extension"}
)  # fmt: skip
"""Of 1.4 to 2.1 together."""
COLUMN_KEYWORDS = frozenset(
    {"name", "type_", "autoincrement", "default", "doc", "key", "index", "unique", "info", "nullable", "onupdate", "quote",
     "system", "comment", "primary_key", "server_default", "server_onupdate", "insert_default", "init", "repr", "compare", "hash",
     "deferred", "kw_only", "use_existing_column", "sort_order", "active_history"}
)  # fmt: skip
"""Those without an underscore count: with one, SQLAlchemy takes the first part for a dialect, and only warns."""
PERSISTENCE = {
    "passive_deletes": "#False", "passive_updates": "#True", "enable_typechecks": "#True", "active_history": "#False",
    "cascade_backrefs": "#False",
}  # fmt: skip
"""What says how to write, with the defaults that are no contradiction to ``viewonly``."""
CASCADE_WORDS = CASCADES | {"all", "none"}
NO_TYPES = frozenset(
    {"ForeignKey", "Computed", "Identity", "Sequence", "CheckConstraint", "FetchedValue", "DefaultClause", "ColumnDefault",
     "UniqueConstraint", "text", "func"}
)  # fmt: skip
"""What may stand among the positional arguments of a column and is no type."""


def of_attribute(check: Check, attribute: Attribute) -> Iterator[Problem]:
    """What is wrong with the call that an attribute is made by."""
    site = check.call_of(attribute)
    if site is None:
        return
    name = check.library(site)
    owner = check.holder(attribute.defined_in)
    if name in RELATIONSHIPS and name != "Relationship":
        yield from _relationship(check, owner, attribute.name, site)
    elif name in COLUMNS:
        yield from of_column(check, owner, attribute.name, site)


def of_column(check: Check, owner: str, attribute: str, site: Site) -> Iterator[Problem]:
    """What is wrong with ``Column(...)`` or ``mapped_column(...)``."""
    args, keywords, known = check.arguments(site)
    callee = check.names.callee(site)
    if callee is None or callee.kind == "def":
        return  # a column class of the project has keywords of its own
    place = place_of(site)
    for name in keywords:
        if name not in COLUMN_KEYWORDS and not re.match(r".+?_.+", name):
            yield check.problem(
                "unknown-keyword", owner, attribute,
                f"Additional arguments should be named <dialectname>_<argument>, got '{name}'", place,
                f'a column takes no argument "{name}"', f'write {_near(name, COLUMN_KEYWORDS)} instead of "{name}"',
            )  # fmt: skip
    for argument in args:
        yield from _foreign_key(check, owner, attribute, argument)
    yield from _column_arguments(check, owner, attribute, args, keywords, site, known=known)


def _column_arguments(
    check: Check, owner: str, attribute: str, args: list[Site], keywords: dict[str, Site], site: Site, *, known: bool
) -> Iterator[Problem]:
    place = place_of(site)
    rest = list(args)
    if rest and check.texts.of(rest[0]) is not None:
        rest = rest[1:]
        if "name" in keywords:
            yield check.problem(
                "column-args", owner, attribute, "May not pass name positionally and as a keyword.", place,
                "the column's name is given twice", "keep one of the two names",
            )  # fmt: skip
    if "type_" in keywords and rest and known and _is_type(check, rest[0]):
        yield check.problem(
            "column-args", owner, attribute, "May not pass type_ positionally and as a keyword.", place,
            "the column's type is given twice", "keep one of the two types",
        )  # fmt: skip
    for name in ("default", "onupdate", "insert_default"):
        if name in keywords and _wants_more(check, keywords[name]):
            yield check.problem(
                "column-args", owner, attribute, "ColumnDefault Python function takes zero or one positional arguments", place,
                f"the function of {name} takes more than the context",
                f"give {name} a function of no argument, or of the context",
            )  # fmt: skip
    made = {check.library(argument) for argument in rest if _is_call(argument)}
    server = "server_default" in keywords or "server_onupdate" in keywords
    for generator, text in (("Computed", "A generated column"), ("Identity", "A column with an Identity object")):
        if generator in made and server:
            yield check.problem(
                "column-args", owner, attribute, f"{text} cannot specify a server_default or a server_onupdate argument",
                place, f"{generator} makes the value", "take server_default away",
            )  # fmt: skip


def boolean_only(check: Check, mapped: Mapped, attribute: Attribute) -> Iterator[Problem]:
    """``index="name"``: said when the column is put into its table."""
    site = check.call_of(attribute)
    if site is None or check.library(site) not in COLUMNS:
        return
    _, keywords, _ = check.arguments(site)
    for name, many in (("index", "Index"), ("unique", "UniqueConstraint or Index")):
        if name in keywords and check.texts.of(keywords[name]):
            yield check.problem(
                "column-args", mapped, attribute.name,
                f"The '{name}' keyword argument on Column is boolean only. To create unique constraints or indexes with a "
                f"specific name, append an explicit {many} object to the Table's list of elements.", place_of(site),
                f"{name} is given a name", f"write {name}=True, or a named {many} in __table_args__",
            )  # fmt: skip


def _relationship(check: Check, owner: str, attribute: str, site: Site) -> Iterator[Problem]:
    _, given, _ = check.arguments(site)
    place = place_of(site)
    names, flag = check.names, check.names.flag
    said = {name: value for name, value in given.items() if names.constant(value) != "#None"}

    for name in given:
        if name not in RELATIONSHIP_KEYWORDS:
            yield check.problem(
                "unknown-keyword", owner, attribute, f"relationship() got an unexpected keyword argument '{name}'", place,
                f'a relationship takes no argument "{name}"', f'write {_near(name, RELATIONSHIP_KEYWORDS)} instead of "{name}"',
            )  # fmt: skip
    if flag(said.get("sync_backref")) and flag(said.get("viewonly")):
        yield check.problem(
            "viewonly-flags", owner, attribute, "sync_backref and viewonly cannot both be True", place,
            "what is only viewed is not kept in step", "take one of the two away",
        )  # fmt: skip
    if flag(said.get("viewonly")):
        for name, default in PERSISTENCE.items():
            value = names.constant(said[name]) if name in said else None
            if value is not None and value != default:
                yield check.problem(
                    "viewonly-flags", owner, attribute,
                    f"Setting {name} on relationship() while also setting viewonly=True does not make sense, as a "
                    "viewonly=True relationship does not perform persistence operations. This configuration may raise an "
                    "error in a future release.", place, f"{name} says how to write, viewonly=True that nothing is written",
                    f"take {name} away", WARNING,
                )  # fmt: skip
    if flag(said.get("cascade_backrefs")):
        yield check.problem(
            "cascade-backrefs", owner, attribute,
            "The 'cascade_backrefs' parameter passed to relationship() may only be set to False.", place,
            "2.0 took this cascade away", "take cascade_backrefs away",
        )  # fmt: skip
    if flag(said.get("omit_join")):
        yield check.problem(
            "omit-join", owner, attribute,
            "setting omit_join to True is not supported; selectin loading of this relationship may not work correctly if "
            "this flag is set explicitly. omit_join optimization is automatically detected for conditions under which it "
            "is supported.", place, "", "take omit_join away", WARNING,
        )  # fmt: skip
    yield from _cascade(check, owner, attribute, said, place_of(site))
    if _is_set(check, said, "backref") and _is_set(check, said, "back_populates"):
        yield check.problem(
            "backref-and-back-populates", owner, attribute,
            "backref and back_populates keyword arguments are mutually exclusive", place,
            "backref makes the other side, back_populates names one that is there",
            "keep back_populates, and write the other side",
        )  # fmt: skip


def _is_set(check: Check, said: dict[str, Site], name: str) -> bool:
    return name in said and check.names.constant(said[name]) not in ("#False", "'")


def _cascade(check: Check, owner: str, attribute: str, said: dict[str, Site], place: Place) -> Iterator[Problem]:
    text = check.texts.of(said["cascade"]) if "cascade" in said else None
    if not text:
        return
    words = {word for word in re.split(r"\s*,\s*", text) if word}
    unknown = sorted(words - CASCADE_WORDS)
    if unknown:
        meant = ", ".join(_near(word, CASCADE_WORDS) for word in unknown)
        yield check.problem(
            "cascade-option", owner, attribute, f"Invalid cascade option(s): {', '.join(map(repr, unknown))}", place,
            f"there is no cascade {', '.join(map(repr, unknown))}", f"write {meant}",
        )  # fmt: skip
        return
    if "none" not in words and "delete-orphan" in words and not words & {"all", "delete"}:
        yield check.problem(
            "cascade-option", owner, attribute, "The 'delete-orphan' cascade option requires 'delete'.", place,
            "rows without a parent are deleted, rows of a deleted parent are not", 'write "all, delete-orphan"', WARNING,
        )  # fmt: skip


def _foreign_key(check: Check, owner: str, attribute: str, argument: Site) -> Iterator[Problem]:
    made = check.names.made(argument)
    if made is None or made.call is None or made.rest or made.site is None:
        return
    if check.library(made.site) != "ForeignKey":
        return
    args, keywords, _ = check.arguments(made.site)
    target = check.names.made(args[0] if args else keywords.get("column"))
    if target is None or target.kind != "def" or target.rest or target.value is None:
        return
    name = check.holder(target.value)
    if check.linker.table(target.value.place).facts.scopes[target.value.scope].kind == "class":
        yield check.problem(
            "fk-spec", owner, attribute,
            f"String column name or Column object for DDL foreign key constraint expected, got <class '{name}'>.",
            place_of(made.site), f"{name} is a class, not a column", f"name a column: {name}.id, or a text \"table.column\"",
        )  # fmt: skip


def _wants_more(check: Check, site: Site) -> bool:
    """Whether a function wants more than one positional argument."""
    expr = site.expr
    if type(expr) is list and expr[:1] == ["lambda"]:
        path, scope = site.path, expr[1]
    else:
        made = check.names.made(site)
        if made is None or made.kind != "def" or made.rest or made.value is None:
            return False
        path, scope = made.value.place, made.value.scope
    record = check.linker.table(path).facts.scopes[scope]
    if record.kind == "class" or record.decorators:
        return False
    return sum(param.kind == "p" and param.default is None for param in record.params) > 1


def _is_call(site: Site) -> bool:
    return type(site.expr) is str and site.expr[:1] == "@" and "." not in site.expr


def _is_type(check: Check, site: Site) -> bool:
    made = check.names.made(site)
    if made is None or made.rest:
        return False
    if made.call is not None and made.site is not None:
        name = check.library(made.site)
    else:
        name = made.library or (dotted(site.expr) or "").rpartition(".")[2] if made.kind == "ext" else ""
    return bool(name) and name[:1].isupper() and name not in NO_TYPES


def _near(name: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f'"{close[0]}"' if close else "a known one"
