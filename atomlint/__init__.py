"""atomlint: the public API for rule authors, and nothing else.

Names are imported when first used: starting the command costs nothing for what it does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .context import Context
    from .document import Document, Item
    from .finding import Confidence, Edit, Finding, Fix, Note, Position, Severity, Span
    from .index.tables import dotted, text_of
    from .index.views import Call, Class, Function, Index
    from .option import Option
    from .declare import Rule, Status, rule
    from .text import Text, TextContext

_HOMES = {
    "Call": "index.views",
    "Class": "index.views",
    "Confidence": "finding",
    "Context": "context",
    "Document": "document",
    "Edit": "finding",
    "Finding": "finding",
    "Fix": "finding",
    "Function": "index.views",
    "Index": "index.views",
    "Item": "document",
    "Note": "finding",
    "Option": "option",
    "Position": "finding",
    "Rule": "declare",
    "Severity": "finding",
    "Span": "finding",
    "Status": "declare",
    "Text": "text",
    "TextContext": "text",
    "dotted": "index.tables",
    "rule": "declare",
    "text_of": "index.tables",
}

__all__ = [
    "Call",
    "Class",
    "Confidence",
    "Context",
    "Document",
    "Edit",
    "Finding",
    "Fix",
    "Function",
    "Index",
    "Item",
    "Note",
    "Option",
    "Position",
    "Rule",
    "Severity",
    "Span",
    "Status",
    "Text",
    "TextContext",
    "__version__",
    "dotted",
    "rule",
    "text_of",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
