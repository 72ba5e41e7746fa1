"""The records: what one Python file says by itself, independent of every other file, the catalog and the configuration.

Places are ordinals: the n-th call or the n-th scope (module, function, lambda, class) in source order. Spans lie in a
separate table, so that moving a line changes no fact.

Expressions are kept in a small notation, `Expr`, that keeps what linking needs and drops the rest:

=====================  ===========================================================
``"a.b.c"``            a name, and attributes of it
``"@12"``, ``"@12.x"``   the result of the 12th call of the file, and attributes of it
``"'text"``            a string constant (masked where it looks like a secret)
``"#12"``, ``"#None"``   any other constant
``"?"``                anything that linking never needs
``[".", e, "x"]``      attribute of an expression that is no name
``["sub", e, index]``  subscript
``["or"|"and", ...]``  boolean operation; ``["not", e]``
``["if", test, a, b]`` conditional expression
``["cmp", a, "==", b]``  comparison (chained ones go on)
``["bin", "+", a, b]`` binary operation
``["f", ...]``         f-string parts
``["[]", ...]``        list, tuple or set; ``["{}", k, v, ...]`` dict
``["comp", e, iter]``  comprehension
``["lambda", scope]``  a lambda, by its scope's ordinal
``["*", e]``           starred
=====================  ===========================================================
"""

from __future__ import annotations

from typing import Any

import msgspec

Expr = Any
"""See the module's table; msgpack cannot type a recursive union of str and list more exactly."""

FACTS_VERSION = 10
"""Part of the cache's key: raise it when extraction changes."""


class Import(msgspec.Struct, array_like=True, gc=False):
    """One bound name of an import statement."""

    scope: int
    name: str
    """The local name; ``*`` for a star import."""
    module: str
    level: int = 0
    attribute: str | None = None
    """What ``from module import attribute`` takes; None for ``import module``."""
    frame: int = 0
    """The control context: an import under ``if TYPE_CHECKING`` runs nothing."""
    after: int = 0
    """How many calls stand before it in the file."""


class Param(msgspec.Struct, array_like=True, gc=False):
    """One parameter; kind is ``p`` positional, ``k`` keyword-only, ``*`` or ``**``."""

    name: str
    kind: str
    annotation: Expr = None
    default: Expr = None


class Scope(msgspec.Struct, array_like=True, gc=False):
    """A module, class, function or lambda. Scope 0 is the module."""

    kind: str
    """``module``, ``class``, ``function`` or ``lambda``."""
    name: str
    parent: int
    frame: int = 0
    """The frame of the parent scope in which it is defined."""
    is_async: bool = False
    yields: bool = False
    params: list[Param] = []
    decorators: list[Expr] = []
    bases: list[Expr] = []
    keywords: list[tuple[str, Expr]] = []
    returns: Expr = None
    """The return annotation."""
    globals: list[str] = []
    first_call: int = 0
    """Ordinal that the first call inside has or would have."""
    end_call: int = 0
    """One past the last call inside, nested scopes included."""


class Call(msgspec.Struct, array_like=True, gc=False):
    """One call, in source order; its ordinal is its place in the list."""

    scope: int
    callee: Expr
    args: list[Expr]
    keywords: list[tuple[str, Expr]]
    frame: int = 0
    awaited: bool = False


class Assign(msgspec.Struct, array_like=True, gc=False):
    """One binding: ``=``, ``:`` (annotation alone), ``+=``, ``for``, ``with``, ``except`` or ``del``."""

    scope: int
    target: Expr
    value: Expr
    kind: str
    frame: int
    after: int
    """Number of calls before it in the file: orders assignments among calls."""
    annotation: Expr = None


class Exit(msgspec.Struct, array_like=True, gc=False):
    """``return``, ``yield`` or ``raise`` with its value."""

    scope: int
    kind: str
    value: Expr
    frame: int
    after: int


class Frame(msgspec.Struct, array_like=True, gc=False):
    """One level of control context; frames form chains through ``parent`` (0 is none).

    Kinds: ``if`` (test holds), ``else`` (test fails), ``after`` (an earlier statement left the block unless the test
    fails), ``for`` (test is the iterable), ``while``, ``comp``, ``try``, ``except`` (test is the types), ``finally``, ``with``.
    """

    parent: int
    kind: str
    test: Expr = None


class Wait(msgspec.Struct, array_like=True, gc=False):
    """``await t``: a name that is waited for, where no call is."""

    scope: int
    name: str
    frame: int
    after: int


class Unit(msgspec.Struct, array_like=True, gc=False):
    """A top-level statement or class member: what LibCST parses at a time. Lines from 1, inclusive."""

    first_line: int
    last_line: int
    first_call: int
    first_scope: int
    owner: int = 0
    """Scope of the class when it is a member, else 0."""
    depth: int = 0
    """How deep it nests, which bounds what LibCST may be given; 0 for what needs no measuring."""


class Facts(msgspec.Struct, array_like=True, gc=False):
    """What one file says."""

    imports: list[Import]
    scopes: list[Scope]
    calls: list[Call]
    assigns: list[Assign]
    exits: list[Exit]
    frames: list[Frame]
    exports: list[str] | None = None
    """``__all__`` when it is a literal."""
    breaks: list[tuple[int, int]] = []
    """Every ``break``: its frame, and the number of calls before it in the file."""
    perhaps: list[tuple[int, int]] = []
    """Calls that an expression makes only sometimes, ``a or b()``: the first of them, and one past the last."""
    waits: list[Wait] = []


class Spans(msgspec.Struct, array_like=True, gc=False):
    """Where the facts stand: lines from 1 and columns in UTF-8 bytes from 0, flat lists of ints."""

    calls: list[int]
    """Four ints a call: line, column, end line, end column."""
    scopes: list[int]
    """Five ints a scope: line, column and end column of its header (``def name``), first line with decorators, last line."""
    assigns: list[int]
    """Four ints an assignment: the whole statement."""
    imports: list[int]
    """Four ints an import: the whole statement."""
    units: list[Unit]
    exits: list[int] = []
    """Four ints an exit: the statement, or the lambda's body."""
