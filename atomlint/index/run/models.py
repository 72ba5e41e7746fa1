"""What builtins do with values: which arguments they call, and what they hand back."""

from __future__ import annotations

import ast
from typing import Any

from .boxes import Boxes
from .core import ANY, Activation, Args, consts, text
from .objects import (
    NO,
    NONE,
    NOTHING,
    YES,
    Bound,
    Box,
    Builtin,
    Class,
    Const,
    External,
    Function,
    Generator,
    Instance,
    Module,
    Object,
    Partial,
    Pattern,
    Set,
    Super,
    Wrapped,
    constant,
    join,
)  # fmt: skip
from .scopes import COMPREHENSIONS

PROTOCOLS = {
    "len": "__len__", "str": "__str__", "repr": "__repr__", "bool": "__bool__", "int": "__int__", "float": "__float__",
    "abs": "__abs__", "hash": "__hash__", "round": "__round__", "reversed": "__reversed__", "format": "__format__",
    "bytes": "__bytes__", "complex": "__complex__", "dir": "__dir__", "next": "__next__", "anext": "__anext__",
    "divmod": "__divmod__",
}  # fmt: skip


class Models(Boxes):
    """Builtins and functions of libraries."""

    def builtin(self, act: Activation, name: str, args: Args, node: Any) -> Set:
        """What a builtin returns for arguments; protocols that it uses are called."""
        handler = getattr(self, f"_builtin_{name}", None)
        if handler is not None:
            return self.value(handler(act, args, node))
        if name in PROTOCOLS:
            found = [self._protocol(act, value, name) for value in args.first()]
            return self.value(join(found)) if name in ("next", "anext", "reversed") else ANY
        return ANY

    def _protocol(self, act: Activation, value: Object, name: str) -> Set:
        method = PROTOCOLS[name]
        if isinstance(value, Instance):
            found = self.special(act, value, method, Args([], {}))
            if found is None and name == "str":
                found = self.special(act, value, "__repr__", Args([], {}))
            if found is None and name == "bool":
                found = self.special(act, value, "__len__", Args([], {}))
            return found or NOTHING
        return self.elements(act, (value,)) if name in ("next", "anext") else NOTHING

    def _builtin_print(self, act: Activation, args: Args, node: Any) -> Set:
        for values in args.positional:
            for value in values:
                self._protocol(act, value, "str")
        return NOTHING

    def _builtin_next(self, act: Activation, args: Args, node: Any) -> Set:
        return join([*(self._protocol(act, value, "next") for value in args.first()), *args.positional[1:]])

    def _builtin_iter(self, act: Activation, args: Args, node: Any) -> Set:
        if len(args.positional) == 2:
            found = self.call_all(act, args.first(), Args([], {}), node)
            return (Generator(None, found),)
        result = []
        for value in args.first():
            made = self.special(act, value, "__iter__", Args([], {}))
            result.append(made if made is not None else (Generator(None, self._elements_of(act, value)),))
        return join(result)

    def _callback(self, act: Activation, functions: Set, given: list[Set], node: Any) -> Set:
        callable_ = tuple(v for v in functions if not isinstance(v, Const))
        return self.call_all(act, callable_, Args(given, {}), node) if callable_ else NOTHING

    def _builtin_map(self, act: Activation, args: Args, node: Any) -> Set:
        functions, *iterables = args.positional or [NOTHING]
        if iterables and not any(
            isinstance(v, (Function, Bound, Class, Partial, Builtin, External)) for v in functions
        ):
            functions, iterables = iterables[0], [functions]
        found = self._callback(act, functions, [self.elements(act, values) for values in iterables], node)
        return (Generator(None, self.value(found)),)

    def _builtin_filter(self, act: Activation, args: Args, node: Any) -> Set:
        functions, *iterables = args.positional or [NOTHING]
        held = join(self.elements(act, values) for values in iterables)
        self._callback(act, functions, [held], node)
        return (Generator(None, self.value(held)),)

    def _keyed(self, act: Activation, args: Args, node: Any) -> Set:
        source = args.positional if len(args.positional) > 1 else [self.elements(act, args.first())]
        held = join(source)
        if args.named.get("key"):
            self._callback(act, args.named["key"], [self.value(held)], node)
        else:
            self._compared(act, held)
        return held

    def _compared(self, act: Activation, held: Set) -> None:
        for value in held:
            self.special(act, value, "__lt__", Args([held], {}))

    def _builtin_sorted(self, act: Activation, args: Args, node: Any) -> Set:
        made = self.box(act, node, "list")
        self.add_rest(made, self._keyed(act, args, node))
        return (made,)

    def _builtin_min(self, act: Activation, args: Args, node: Any) -> Set:
        return join([self._keyed(act, args, node), args.named.get("default", NOTHING)])

    _builtin_max = _builtin_min

    def _builtin_sum(self, act: Activation, args: Args, node: Any) -> Set:
        for value in self.elements(act, args.first()):
            if self.special(act, value, "__add__", Args([ANY], {})) is None:
                self.special(act, value, "__radd__", Args([ANY], {}))
        return ANY

    def _builtin_list(self, act: Activation, args: Args, node: Any, kind: str = "list") -> Set:
        values = self.iterate(act, args.first()) if args.positional else []
        if isinstance(values, list):
            return (self.box(act, node, kind, values),)
        made = self.box(act, node, kind)
        self.add_rest(made, values)
        return (made,)

    def _builtin_tuple(self, act: Activation, args: Args, node: Any) -> Set:
        return self._builtin_list(act, args, node, "tuple")

    def _builtin_set(self, act: Activation, args: Args, node: Any) -> Set:
        return self._builtin_list(act, args, node, "set")

    _builtin_frozenset = _builtin_set

    def _builtin_reversed(self, act: Activation, args: Args, node: Any) -> Set:
        found = [made for v in args.first() if (made := self.special(act, v, "__reversed__", Args([], {}))) is not None]
        if found:
            return join(found)
        values = self.iterate(act, args.first())
        if isinstance(values, list):
            return (self.box(act, node, "list", values[::-1]),)
        return (Generator(None, values),)

    def _builtin_any(self, act: Activation, args: Args, node: Any) -> Set:
        self.elements(act, args.first())
        return ANY

    _builtin_all = _builtin_any

    def _builtin_dict(self, act: Activation, args: Args, node: Any) -> Set:
        made = self.box(act, node, "dict")
        for value in args.first():
            if isinstance(value, Box):
                self.merge_boxes(act, made, value)
            elif isinstance(value, (Generator, External)):
                for pair in self.elements(act, (value,)):
                    if isinstance(pair, Box):
                        self.set_item(act, made, pair.items.get(0, ANY), pair.items.get(1, ANY), strong=False)
        for name, value_ in args.named.items():
            self.put(made, name, value_)
        if args.named_rest:
            self.add_rest(made, args.named_rest)
        return (made,)

    def _builtin_zip(self, act: Activation, args: Args, node: Any) -> Set:
        columns = [self.iterate(act, values) for values in args.positional]
        if columns and all(isinstance(column, list) for column in columns):
            rows = list(zip(*columns, strict=False))
            pairs: list[Set] = [(self.box(act, (node, i), "tuple", list(row)),) for i, row in enumerate(rows)]
            return (self.box(act, node, "list", pairs),)
        held = [join(column) if isinstance(column, list) else column for column in columns]
        return (Generator(None, (self.box(act, node, "tuple", held),)),)

    def _builtin_enumerate(self, act: Activation, args: Args, node: Any) -> Set:
        values = self.iterate(act, args.first())
        if isinstance(values, list):
            pairs: list[Set] = [
                (self.box(act, (node, i), "tuple", [(constant(i),), value]),) for i, value in enumerate(values)
            ]
            return (self.box(act, node, "list", pairs),)
        return (Generator(None, (self.box(act, node, "tuple", [ANY, values]),)),)

    def _builtin_getattr(self, act: Activation, args: Args, node: Any) -> Set:
        found: list[Set] = []
        for name in args.positional[1] if len(args.positional) > 1 else NOTHING:
            for obj in args.first():
                if isinstance(name, Const) and isinstance(name.value, str):
                    found.append(self.attribute(act, obj, name.value))
                elif isinstance(name, Pattern):
                    found.append(self.matching(act, obj, name.text))
        result = join(found)
        missing = not result or all(v is ANY[0] for v in result)
        if len(args.positional) > 2 and (missing or len(result) != 1):
            result = join([() if missing else result, args.positional[2]])
        return result

    def _builtin_setattr(self, act: Activation, args: Args, node: Any) -> Set:
        if len(args.positional) == 3:
            for name in consts(args.positional[1]) or []:
                for obj in args.first():
                    if isinstance(name, str):
                        self.set_attribute(act, obj, name, args.positional[2], strong=len(args.first()) == 1)
        return NOTHING

    def _builtin_hasattr(self, act: Activation, args: Args, node: Any) -> Set:
        return ANY

    def _builtin_callable(self, act: Activation, args: Args, node: Any) -> Set:
        return ANY

    def _builtin_type(self, act: Activation, args: Args, node: Any) -> Set:
        if len(args.positional) == 3:
            return ANY
        return tuple(dict.fromkeys(v.cls for v in args.first() if isinstance(v, Instance)))

    def _builtin_super(self, act: Activation, args: Args, node: Any) -> Set:
        if args.positional:
            classes = [v for v in args.first() if isinstance(v, Class)]
            receivers = args.positional[1] if len(args.positional) > 1 else NOTHING
            return tuple(Super(cls, receiver) for cls in classes for receiver in receivers)
        for one in (act, *reversed(self.stack)):
            if one.function is not None and one.function.owner is not None:
                return tuple(Super(one.function.owner, receiver) for receiver in one.receiver)
        return NOTHING

    def _builtin_property(self, act: Activation, args: Args, node: Any) -> Set:
        given = [*args.positional, *([()] * 3)]
        setter = args.named.get("fset", given[1])
        return (Wrapped("property", args.named.get("fget", given[0]), setter, args.named.get("fdel", given[2])),)

    def _builtin_staticmethod(self, act: Activation, args: Args, node: Any) -> Set:
        return (Wrapped("staticmethod", args.first()),)

    def _builtin_classmethod(self, act: Activation, args: Args, node: Any) -> Set:
        return (Wrapped("classmethod", args.first()),)

    def _builtin_globals(self, act: Activation, args: Args, node: Any) -> Set:
        made = Box("dict")
        made.items = act.env.globals.vars
        return (made,)

    def _builtin_locals(self, act: Activation, args: Args, node: Any) -> Set:
        made = Box("dict")
        made.items = act.env.vars
        return (made,)

    def _builtin_vars(self, act: Activation, args: Args, node: Any) -> Set:
        made = Box("dict")
        for value in args.first():
            if isinstance(value, (Instance, Class)):
                made.items = value.attrs
            elif isinstance(value, Module) and value.env is not None:
                made.items = value.env.vars
        return (made,)

    def _builtin_eval(self, act: Activation, args: Args, node: Any) -> Set:
        source = text(args.first())
        if source is None:
            return ANY
        try:
            expression = ast.parse(source.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return ANY
        if any(isinstance(part, (ast.Lambda, *COMPREHENSIONS)) for part in ast.walk(expression)):
            return ANY
        return self.visit(act, expression)

    def _builtin___import__(self, act: Activation, args: Args, node: Any) -> Set:
        name = text(args.first())
        return self.import_module(act.path, name, 0) if name else ANY

    def definitely(self, values: Set) -> bool | None:
        """Whether values are all true (functions, classes, instances without ``__bool__``) or all None; None: either."""
        if not values:
            return None
        if all(v is NONE or v is NO for v in values):
            return False
        for value in values:
            if value is YES or isinstance(value, (Function, Class, Bound, Partial, Module)):
                continue
            if not isinstance(value, Instance) or self.outside(value.cls) is not None:
                return None
            if any(self.find(value.cls, name) is not None for name in ("__bool__", "__len__")):
                return None
        return True
