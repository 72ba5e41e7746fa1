"""atomlint: the public API for rule authors, and nothing else.

Names are imported when first used: starting the command costs nothing for what it does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .config.globs import match_any
    from .context import Context
    from .declare import Rule, Status, rule
    from .document import Document, DocumentError, Item, document_kind
    from .finding import Confidence, Edit, Finding, Fix, Note, Position, Severity, Span
    from .fingerprint import secret_digest
    from .fly.file import FlyFile
    from .index.conditions import availability, contrary
    from .index.deployments import Deployment
    from .index.effects import Effect
    from .index.expressions import BRANCHES, Place, atoms, condition, expressions, inside, references
    from .index.facade import Index
    from .index.modes import ModeBranch, ModeGuard
    from .index.paths import frequency
    from .index.reach import Path
    from .index.settings import SettingRead
    from .index.tables import call_number, dotted, text_of
    from .index.views import Call, Class, Definition, Function
    from .option import Option
    from .text import Text, TextContext

_HOMES = {
    "BRANCHES": "index.expressions",
    "Call": "index.views",
    "Class": "index.views",
    "Definition": "index.views",
    "Confidence": "finding",
    "Context": "context",
    "Deployment": "index.deployments",
    "Document": "document",
    "DocumentError": "document",
    "Edit": "finding",
    "Effect": "index.effects",
    "Finding": "finding",
    "Fix": "finding",
    "FlyFile": "fly.file",
    "Function": "index.views",
    "Index": "index.facade",
    "Item": "document",
    "ModeBranch": "index.modes",
    "ModeGuard": "index.modes",
    "Note": "finding",
    "Option": "option",
    "Path": "index.reach",
    "Place": "index.expressions",
    "Position": "finding",
    "Rule": "declare",
    "SettingRead": "index.settings",
    "Severity": "finding",
    "Span": "finding",
    "Status": "declare",
    "Text": "text",
    "TextContext": "text",
    "atoms": "index.expressions",
    "availability": "index.conditions",
    "contrary": "index.conditions",
    "call_number": "index.tables",
    "condition": "index.expressions",
    "document_kind": "document",
    "dotted": "index.tables",
    "expressions": "index.expressions",
    "frequency": "index.paths",
    "inside": "index.expressions",
    "match_any": "config.globs",
    "references": "index.expressions",
    "rule": "declare",
    "secret_digest": "fingerprint",
    "text_of": "index.tables",
}

__all__ = [
    "BRANCHES",
    "Call",
    "Class",
    "Confidence",
    "Context",
    "Definition",
    "Deployment",
    "Document",
    "DocumentError",
    "Edit",
    "Effect",
    "Finding",
    "Fix",
    "FlyFile",
    "Function",
    "Index",
    "Item",
    "ModeBranch",
    "ModeGuard",
    "Note",
    "Option",
    "Path",
    "Place",
    "Position",
    "Rule",
    "SettingRead",
    "Severity",
    "Span",
    "Status",
    "Text",
    "TextContext",
    "__version__",
    "atoms",
    "availability",
    "call_number",
    "condition",
    "contrary",
    "document_kind",
    "dotted",
    "expressions",
    "frequency",
    "inside",
    "match_any",
    "references",
    "rule",
    "secret_digest",
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
