"""Which type a setting is read as: by the reader, by what the text is handed to, by what it is compared with, by its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import inside, receiver
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .settings import SettingRead
    from .tables import Table

NAMES = {
    "str": "str", "string": "str", "text": "str", "bytes": "str", "SecretStr": "str", "Secret": "str", "bool": "bool",
    "boolean": "bool", "strtobool": "bool", "int": "int", "integer": "int", "PositiveInt": "int", "NonNegativeInt": "int",
    "float": "float", "PositiveFloat": "float", "decimal": "float", "Decimal": "float", "list": "list", "List": "list",
    "tuple": "list", "Tuple": "list", "set": "list", "Set": "list", "Csv": "list", "CommaSeparatedStrings": "list",
    "split": "list", "Sequence": "list", "frozenset": "list", "json": "json", "dict": "json", "Dict": "json", "Json": "json",
    "loads": "json", "Path": "path", "path": "path", "DirectoryPath": "path", "FilePath": "path", "url": "url", "db": "url",
    "db_url": "url", "dj_db_url": "url", "cache": "url", "cache_url": "url", "AnyUrl": "url", "HttpUrl": "url",
    "AnyHttpUrl": "url",
    "PostgresDsn": "url", "RedisDsn": "url", "make_url": "url", "URL": "url", "Url": "url", "timedelta": "timedelta",
}  # fmt: skip
WRAPPERS = frozenset({"Optional", "Annotated", "Final", "Required", "Union", "None", "Any", "Literal", "ClassVar"})
TRUTH = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "t", "y", "f", "n"})
CALLS = frozenset({"int", "float", "json.loads", "loads", "Path", "pathlib.Path", "Decimal", "strtobool", "make_url"})


def type_of(read: SettingRead) -> str:
    """The type's name; ``str`` when nothing tells of another, ``flag`` for one that is only asked whether it is empty."""
    table = read.index.project.linker.table(read.path)
    if read.cast is not None:
        return named(table, read.cast) or "str"
    if read.call is None:
        return _of_reference(table, read, ["sub", "os.environ", f"'{read.name}"]) if read.kind == "subscript" else "str"
    return _of_reference(table, read, f"@{read.call}")


def named(table: Table, expr: Expr) -> str | None:
    """A type by the callable or annotation that says it; the class's own name for other classes."""
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
        expr = table.facts.calls[int(expr[1:])].callee
    text = text_of(expr)
    if text is not None:  # a quoted annotation
        expr = text.partition("[")[0].partition("|")[0].strip()
    if type(expr) is str and expr[:1] not in ("#", "?", "@"):
        last = expr.rpartition(".")[2]
        return NAMES.get(last, last if last[:1].isupper() and last not in WRAPPERS else None)
    if type(expr) is not list or not expr:
        return None
    if expr[0] == "sub":
        outer = (dotted(expr[1]) or "").rpartition(".")[2]
        return named(table, expr[1]) if outer not in WRAPPERS else named(table, expr[2])
    parts = expr[2:] if expr[0] == "bin" else expr[1:] if expr[0] == "[]" else []
    found = [name for part in parts if (name := named(table, part)) is not None]
    return next((name for name in found if name != "str"), next(iter(found), None))


def _of_reference(table: Table, read: SettingRead, reference: Expr) -> str:
    """By what is done with a read where it stands."""
    for call in table.facts.calls:
        if any(_holds(argument, reference) for argument in call.args):
            name = dotted(call.callee) or ""
            if name == "bool":
                return "flag"
            if name in CALLS or name.rpartition(".")[2] in ("loads", "strtobool"):
                return named(table, name) or "str"
            if "bool" in name.lower():
                return "bool"
        target = receiver(call.callee)
        if target is not None and target[1] == "split" and _holds(target[0], reference):
            return "list"
    if _is_truth(table, read.scope, reference):
        return "bool"
    if read.default == "#False" and any(entry.test == reference for entry in table.facts.frames):
        return "flag"
    return _of_default(read.default)


def _holds(expr: Expr, reference: Expr) -> bool:
    """Whether an expression is a read, through ``or`` and the methods of texts."""
    if expr == reference:
        return True
    return type(expr) is list and expr[:1] == ["or"] and reference in expr


def _is_truth(table: Table, scope: int, reference: Expr) -> bool:
    """Whether a read, or the name that it is bound to, is compared with ``"true"`` or one of ``("1", "yes")``."""
    same = [reference]
    same += [
        assign.target
        for assign in table.facts.assigns
        if assign.scope == scope and assign.value == reference and dotted(assign.target) is not None
    ]
    for _ in range(2):  # the receiver of a chain stands later
        for ordinal, call in enumerate(table.facts.calls):
            target = receiver(call.callee)
            known = f"@{ordinal}" in same or call.scope != scope
            if target is None or known or target[1] not in ("lower", "strip", "upper", "casefold"):
                continue
            if any(_holds(target[0], one) for one in same):
                same.append(f"@{ordinal}")
    for place, expr in table.compounds:
        for item in inside(expr) if place.scope == scope else ():
            if type(item) is not list or item[:1] != ["cmp"] or len(item) != 4:
                continue
            words = item[3][1:] if type(item[3]) is list else [item[3]]
            texts = [(text_of(word) or "?").lower() for word in words]
            if texts and all(text in TRUTH for text in texts) and any(_holds(item[1], one) for one in same):
                return True
    return False


def _of_default(default: Expr) -> str:
    if type(default) is str and default[:1] == "#":
        text = default[1:]
        if text in ("True", "False"):
            return "bool"
        number = text.lstrip("-")
        if number.replace(".", "", 1).replace("_", "").isdigit():
            return "float" if "." in number else "int"
    if type(default) is list and default[:1] in (["[]"], ["{}"]):
        return "list" if default[0] == "[]" else "json"
    return "str"
