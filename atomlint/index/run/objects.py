"""What a name can hold while a program is run on sets of possible values: functions, classes, instances, containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from .scopes import Names

Set = tuple["Object", ...]
"""Everything that an expression can be, in the order found; empty when nothing is known."""
NOTHING: Set = ()
MAX_SET = 128
"""More possible values than this say nothing about any of them."""


class Object:
    """One thing that an expression can be; compared by identity."""

    __slots__ = ()


class Env:
    """Variables of one run of a module, class body, function or comprehension."""

    __slots__ = ("globals", "kind", "names", "parent", "vars")

    def __init__(self, kind: str, names: Names, parent: Env | None) -> None:
        self.kind = kind
        self.names = names
        self.parent = parent
        self.vars: dict[str, Set] = {}
        self.globals: Env = parent.globals if parent is not None else self


class Module(Object):
    """A module of the project; ``env`` holds its names once it runs."""

    __slots__ = ("env", "name", "path", "started", "tree")

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name
        self.tree: ast.Module | None = None
        self.env: Env | None = None
        self.started = False


class Function(Object):
    """A function, method or lambda with the variables around it."""

    __slots__ = ("defaults", "env", "is_generator", "kw_defaults", "name", "node", "owner", "path", "raw")

    def __init__(self, node: Any, name: str, env: Env, path: str) -> None:
        self.node, self.name, self.env, self.path = node, name, env, path
        self.defaults: list[Set] = []
        self.kw_defaults: list[Set] = []
        self.owner: Class | None = None
        self.is_generator = False
        self.raw: Function | None = None


class Class(Object):
    """A class of the project."""

    __slots__ = ("attrs", "bases", "env", "fields", "instances", "metaclass", "mro", "name", "node", "path")

    def __init__(self, node: ast.ClassDef, name: str, env: Env, path: str) -> None:
        self.node, self.name, self.env, self.path = node, name, env, path
        self.attrs: dict[str, Set] = env.vars
        self.bases: list[Object] = []
        self.mro: list[Object] = [self]
        self.fields: list[tuple[str, ast.AnnAssign]] | None = None
        self.metaclass: Class | None = None
        self.instances: list[Instance] = []


class Instance(Object):
    """Instances of a class made at one place in one run; ``many`` when that place ran more than once."""

    __slots__ = ("attrs", "cls", "many", "raw")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attrs: dict[str, Set] = {}
        self.many = False
        self.raw: Function | None = None


class Bound(Object):
    """A method with the object that it is called on."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Object, receiver: Set) -> None:
        self.function, self.receiver = function, receiver


class Wrapped(Object):
    """``staticmethod``, ``classmethod`` or ``property`` of functions: ``kind``, and getter, setter, deleter."""

    __slots__ = ("deleter", "function", "kind", "setter")

    def __init__(self, kind: str, function: Set, setter: Set = NOTHING, deleter: Set = NOTHING) -> None:
        self.kind, self.function, self.setter, self.deleter = kind, function, setter, deleter


class Accessor(Object):
    """``prop.setter``: a decorator that adds an accessor to a property."""

    __slots__ = ("kind", "prop")

    def __init__(self, prop: Wrapped, kind: str) -> None:
        self.prop, self.kind = prop, kind


class Partial(Object):
    """``functools.partial(f, *args, **kwargs)``."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: Set, args: list[Set], kwargs: dict[str, Set]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs


class Super(Object):
    """``super()`` in a method of ``cls``, called on ``receiver``."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Object) -> None:
        self.cls, self.receiver = cls, receiver


class Box(Object):
    """A list, tuple, set or dict: values by constant index or key, and ``rest`` under keys that are not known.

    ``size`` is the number of elements of a list or tuple, None when it is not known; ``keys`` holds the keys of a dict.
    """

    __slots__ = ("factory", "items", "keys", "kind", "many", "rest", "size")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.items: dict[Any, Set] = {}
        self.keys: dict[Any, Set] = {}
        self.rest: dict[str, Set] = {}
        self.size: dict[str, Any] = {"n": 0}
        self.factory: Set = NOTHING
        self.many = False


class Generator(Object):
    """What a generator function returned: the values that it yields, and sends back."""

    __slots__ = ("function", "yields")

    def __init__(self, function: Function | None, yields: Set) -> None:
        self.function, self.yields = function, yields


class External(Object):
    """Something of a library, by its dotted name; ``called`` when it is the result of a call; ``held`` what it was given."""

    __slots__ = ("called", "held", "name")

    def __init__(self, name: str, *, called: bool = False, held: Set = NOTHING) -> None:
        self.name, self.called, self.held = name, called, held


class Builtin(Object):
    """A builtin function or class."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Method(Object):
    """A method of a builtin container."""

    __slots__ = ("box", "name")

    def __init__(self, box: Object, name: str) -> None:
        self.box, self.name = box, name


class Const(Object):
    """A constant; made by ``Constants`` so that equal ones are the same object."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Pattern(Object):
    """A string of which only some parts are known: ``*`` stands for the others."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Unknown(Object):
    """A value that comes from outside, such as an argument of a function that nobody calls."""

    __slots__ = ()


UNKNOWN = Unknown()
_CONSTANTS: dict[tuple[type, Any], Const] = {}


def constant(value: Any) -> Const:
    """The object of a constant."""
    key = (type(value), value)
    known = _CONSTANTS.get(key)
    if known is None:
        known = _CONSTANTS[key] = Const(value)
    return known


NONE = constant(None)
YES, NO = Const(True), Const(False)
"""Answers that are certain, such as whether a function is a coroutine function: a flag of a program may be set elsewhere."""


def join(sets: Iterable[Set]) -> Set:
    """Everything that any of the sets holds."""
    result: Set = NOTHING
    for values in sets:
        if not result:
            result = values
        elif values and values is not result:
            seen = set(map(id, result))
            result += tuple(value for value in values if id(value) not in seen)
    return result if len(result) <= MAX_SET else NOTHING


def unique(values: Iterable[Object]) -> Set:
    """A set of the values given."""
    return tuple({id(value): value for value in values}.values())


def linearise(cls: Class) -> list[Object]:
    """The method resolution order (C3); bases in the order written where there is none."""
    sequences = [list(base.mro) if isinstance(base, Class) else [base] for base in cls.bases]
    sequences.append(list(cls.bases))
    order: list[Object] = [cls]
    while sequences := [s for s in sequences if s]:
        head = next((s[0] for s in sequences if not any(_same(s[0], o) for t in sequences for o in t[1:])), None)
        if head is None:
            head = sequences[0][0]
        order.append(head)
        sequences = [[o for o in s if not _same(o, head)] for s in sequences]
    return order


def _same(one: Object, other: Object) -> bool:
    if one is other:
        return True
    if isinstance(one, External) and isinstance(other, External):
        return one.name == other.name
    return isinstance(one, Builtin) and isinstance(other, Builtin) and one.name == other.name


class Alias(Object):
    """An annotation under a name."""

    __slots__ = ("env", "node")

    def __init__(self, node: ast.expr, env: Env) -> None:
        self.node, self.env = node, env
