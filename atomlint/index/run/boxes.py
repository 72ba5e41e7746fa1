"""Containers: elements by index and key, iteration, and the methods of lists and dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .attributes import Attributes
from .core import ANY, Activation, Args, consts
from .objects import (
    NOTHING,
    Box,
    Builtin,
    Class,
    External,
    Generator,
    Instance,
    Method,
    Object,
    Set,
    Super,
    constant,
    join,
)  # fmt: skip

if TYPE_CHECKING:
    import ast

MAX_UNROLLED = 12
"""Elements of a literal container that a loop takes one by one."""
SEQUENCES = ("list", "tuple")


class Boxes(Attributes):
    """Reads and writes elements."""

    def everything(self, box: Box) -> Set:
        """All values of a container."""
        return join([*box.items.values(), box.rest.get("v", NOTHING)])

    def keys_of(self, box: Box) -> Set:
        """What iterating a container gives: elements, or keys of a dict."""
        if box.kind != "dict":
            return self.everything(box)
        return join([*((constant(key),) for key in box.items), box.rest.get("k", NOTHING)])

    def get_item(self, act: Activation, obj: Object, key: Set, node: ast.AST) -> Set:
        """What ``obj[key]`` can be."""
        if isinstance(obj, Box):
            return self._element(act, obj, key, node)
        if isinstance(obj, Instance):
            found = self.special(act, obj, "__getitem__", Args([key], {}))
            return ANY if found is None else found
        if isinstance(obj, Class):
            through = self.find(obj.metaclass, "__getitem__") if obj.metaclass is not None else None
            if through is not None:
                bound = join(self._bound(act, f, (obj,), obj) for f in through)
                return self.call_all(act, bound, Args([key], {}), node)
            method = self.find(obj, "__class_getitem__")
            return (obj,) if method is None else ANY
        if isinstance(obj, External):
            return (obj,)
        return ANY

    def _element(self, act: Activation, box: Box, key: Set, node: ast.AST) -> Set:
        keys = consts(key)
        rest = box.rest.get("v", NOTHING)
        if keys is None:
            return self.value(self.everything(box))
        found: list[Set] = []
        for value in keys:
            place = value
            if box.kind in SEQUENCES and isinstance(value, int) and value < 0:
                size = box.size.get("n")
                if size is None:
                    return self.value(self.everything(box))
                place = size + value
            if place in box.items and _hashable(place):
                found.append(self._exact(box, place))
            elif box.factory and not rest:
                made = self._fresh(act, box, node)
                self.put(box, place, made)
                found.append(made)
            if rest and (box.kind == "dict" or place not in box.items):
                found.append(rest)
        if box.factory and not found:
            return self.value(self._fresh(act, box, node))
        return self.value(join(found))

    def _fresh(self, act: Activation, box: Box, node: ast.AST) -> Set:
        """What a ``defaultdict`` makes for a key that is not there; the builtins that it calls nobody looks for."""
        quiet = Activation(None, act.env, act.path)
        quiet.made = act.made
        builtin = all(isinstance(value, Builtin) for value in box.factory)
        return self.call_all(quiet if builtin else act, box.factory, Args([], {}), node)

    @staticmethod
    def _exact(box: Box, place: Any) -> Set:
        for key, value in box.items.items():
            if key == place and type(key) is type(place):
                return value
        return box.items[place]

    def slice(self, act: Activation, obj: Object, node: ast.Slice, key: ast.AST) -> Set:
        """What ``obj[a:b]`` can be."""
        bounds = [
            self.visit(act, part) if part is not None else NOTHING for part in (node.lower, node.upper, node.step)
        ]
        if not isinstance(obj, Box):
            return self.get_item(act, obj, ANY, key) if not isinstance(obj, External) else (obj,)
        ends: list[Any] = []
        for part, values in zip((node.lower, node.upper, node.step), bounds, strict=True):
            known = consts(values) if part is not None else [None]
            ends.append(known[0] if known is not None and len(known) == 1 else "?")
        size = obj.size.get("n")
        if "?" not in ends and isinstance(size, int) and not obj.rest.get("v"):
            indices = range(size)[slice(*ends)]
            return (self.box(act, key, obj.kind, [obj.items.get(i, ANY) for i in indices]),)
        made = self.box(act, key, obj.kind)
        self.add_rest(made, self.everything(obj))
        return (made,)

    def set_item(self, act: Activation, obj: Object, key: Set, value: Set, *, strong: bool) -> None:
        """Store under a key."""
        if isinstance(obj, Instance):
            self.special(act, obj, "__setitem__", Args([key, value], {}))
        if not isinstance(obj, Box):
            return
        keys = consts(key)
        if keys is None or not all(_hashable(k) for k in keys):
            self.add_rest(obj, value)
            self.state.add(obj.rest, "k", key)
            return
        for place in keys:
            index = place
            if obj.kind == "list" and isinstance(place, int) and place < 0 and obj.size.get("n") is not None:
                index = obj.size["n"] + place
            if strong and len(keys) == 1 and not obj.many:
                self.state.write(obj.items, index, value)
            else:
                self.state.add(obj.items, index, value)

    # --- iteration -------------------------------------------------------------------------------------------------

    def iterate(self, act: Activation, values: Set) -> list[Set] | Set:
        """Elements one by one where they are known, else all that an element can be."""
        if len(values) == 1 and isinstance(values[0], Box):
            box = values[0]
            size = box.size.get("n")
            if box.kind == "dict" and not box.rest and len(box.items) <= MAX_UNROLLED:
                return [(constant(key),) for key in box.items]
            ordered = box.kind in (*SEQUENCES, "set") and not box.rest.get("v")
            if ordered and isinstance(size, int) and size <= MAX_UNROLLED:
                return [box.items.get(index, ANY) for index in range(size)]
        if len(values) == 1 and isinstance(values[0], Instance) and self.is_tuple(values[0].cls):
            return [values[0].attrs.get(name, ANY) for name, _ in self.fields(values[0].cls)]
        return self.elements(act, values)

    def is_tuple(self, cls: Class) -> bool:
        """Whether a class is a named tuple."""
        library = self.outside(cls)
        return library is not None and library.name == "typing.NamedTuple"

    def elements(self, act: Activation, values: Set) -> Set:
        """What an element of any of the values can be; ``__iter__`` and ``__next__`` are called."""
        return join(self._elements_of(act, value) for value in values)

    def _elements_of(self, act: Activation, value: Object) -> Set:
        if isinstance(value, Box):
            return self.value(self.keys_of(value))
        if isinstance(value, Generator):
            return value.yields
        if isinstance(value, External) and value.held:
            return value.held
        if isinstance(value, Class) and self.is_enum(value):
            names = [n for n, v in value.attrs.items() if any(type(o).__name__ == "Const" for o in v) and n[:1] != "_"]
            return tuple(self.member(value, name) for name in names)
        if not isinstance(value, Instance):
            return ANY
        for begin, following in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
            iterator = self.special(act, value, begin, Args([], {}))
            if iterator is None:
                continue
            found = []
            for one in iterator:
                if isinstance(one, Instance):
                    found.append(self.special(act, one, following, Args([], {})) or NOTHING)
                else:
                    found.append(self._elements_of(act, one))
            return self.value(join(found))
        return self.special(act, value, "__getitem__", Args([ANY], {})) or ANY

    # --- methods of containers -------------------------------------------------------------------------------------

    def method(self, act: Activation, callee: Method, args: Args, node: ast.AST) -> Set:
        """A call of a builtin's method."""
        box, name = callee.box, callee.name
        if isinstance(box, Super):
            return self._object_method(box, name, args)
        if isinstance(box, Class):
            heirs = [cls for cls in self.classes if cls is not box and box in cls.bases]
            made = self.box(act, node, "list", [(cls,) for cls in heirs])
            return (made,)
        if isinstance(box, Generator):
            return box.yields
        if not isinstance(box, Box):
            return ANY
        handler = getattr(self, f"_{box.kind}_{name}", None) or getattr(self, f"_any_{name}", None)
        return self.value(handler(act, box, args, node)) if handler is not None else ANY

    def _object_method(self, obj: Super, name: str, args: Args) -> Set:
        if name == "__new__" and args.positional:
            for cls in args.positional[0]:
                if isinstance(cls, Class):
                    act = self.stack[-1]
                    made = self.make(act, ("new", cls), lambda: Instance(cls))  # noqa: B023
                    if made not in cls.instances:
                        cls.instances.append(made)
                    return (made,)
        if name == "__call__" and isinstance(obj.receiver, Class):
            act = self.stack[-1]
            return self.instantiate(act, obj.receiver, args, obj.receiver.node)
        return ANY

    def instantiate(self, act: Activation, cls: Class, args: Args, node: ast.AST) -> Set:
        raise NotImplementedError

    def _any_append(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        size = box.size.get("n")
        if isinstance(size, int) and not box.many and len(args.positional) == 1:
            self.state.write(box.items, size, args.positional[0])
            self.state.write(box.size, "n", size + 1)
        else:
            self.add_rest(box, join(args.positional))
        return NOTHING

    _any_add = _any_append

    def _any_appendleft(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        self.add_rest(box, join([*box.items.values(), args.first()]))
        return NOTHING

    def _any_insert(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        size = box.size.get("n")
        if args.positional[:1] == [(constant(0),)] and isinstance(size, int) and not box.many:
            shifted = [args.positional[-1], *(box.items.get(i, ANY) for i in range(size))]
            for index, value in enumerate(shifted):
                self.state.write(box.items, index, value)
            self.state.write(box.size, "n", size + 1)
        else:
            self.add_rest(box, join([*box.items.values(), *args.positional[1:]]))
        return NOTHING

    def _any_extend(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        values = self.iterate(act, args.first())
        if isinstance(values, list):
            for value in values:
                self._any_append(act, box, Args([value], {}), node)
        else:
            self.add_rest(box, values)
        return NOTHING

    def _list_pop(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        size = box.size.get("n")
        key = args.first() or (constant(-1),)
        found = self._element(act, box, key, node)
        if isinstance(size, int) and size and not box.many and consts(key) in ([-1], [size - 1]):
            self.state.write(box.size, "n", size - 1)
        return found

    def _any_popleft(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        return self.everything(box)

    _set_pop = _any_popleft

    def _dict_pop(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        return self._dict_get(act, box, args, node)

    def _dict_get(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        keys = consts(args.first())
        if keys is None:
            return join([self.everything(box), *args.positional[1:]])
        found = []
        for key in keys:
            if key in box.items:
                found.append(self._exact(box, key))
            else:
                found.append(args.positional[1] if len(args.positional) > 1 else (constant(None),))
        return join([*found, box.rest.get("v", NOTHING)])

    def _dict_setdefault(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        default = args.positional[1] if len(args.positional) > 1 else (constant(None),)
        keys = consts(args.first())
        if keys is not None and len(keys) == 1 and keys[0] in box.items:
            return box.items[keys[0]]
        self.set_item(act, box, args.first(), default, strong=False)
        return join([default, box.rest.get("v", NOTHING)])

    def _dict_items(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        if not box.rest and len(box.items) <= MAX_UNROLLED:
            pairs: list[Set] = [
                (self.box(act, (node, key), "tuple", [(constant(key),), value]),) for key, value in box.items.items()
            ]
            return (self.box(act, (node, "items"), "list", pairs),)
        pair = self.box(act, (node, "pair"), "tuple", [self.keys_of(box) or ANY, self.everything(box)])
        made = self.box(act, (node, "items"), "set")
        self.add_rest(made, (pair,))
        return (made,)

    def _dict_values(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        if not box.rest and len(box.items) <= MAX_UNROLLED:
            return (self.box(act, node, "list", list(box.items.values())),)
        made = self.box(act, node, "set")
        self.add_rest(made, self.everything(box))
        return (made,)

    def _dict_keys(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        return (box,)

    def _dict_popitem(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        return (self.box(act, node, "tuple", [self.keys_of(box) or ANY, self.everything(box)]),)

    def _dict_update(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        for value in args.first():
            if isinstance(value, Box):
                self.merge_boxes(act, box, value)
        for name, given in args.named.items():
            self.set_item(act, box, (constant(name),), given, strong=True)
        return NOTHING

    def merge_boxes(self, act: Activation, box: Box, other: Box) -> None:
        """Take over the entries of another dict."""
        for key, item in other.items.items():
            if other.kind == "dict":
                self.set_item(act, box, (constant(key),), item, strong=True)
            else:
                for pair in item:
                    if isinstance(pair, Box):
                        self.set_item(act, box, pair.items.get(0, ANY), pair.items.get(1, ANY), strong=True)
        if other.rest.get("v"):
            self.add_rest(box, other.rest["v"])
            self.state.add(box.rest, "k", other.rest.get("k", ANY))

    def _any_copy(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        return (self.copy(act, box, node),)

    def copy(self, act: Activation, box: Box, node: Any) -> Box:
        """A container with the same elements."""
        made = self.box(act, (node, "copy"), box.kind)
        for key, item in box.items.items():
            self.put(made, key, item)
        for key, item in box.rest.items():
            self.state.add(made.rest, key, item)
        self.state.write(made.size, "n", box.size.get("n"))
        return made

    def _list_sort(self, act: Activation, box: Box, args: Args, node: ast.AST) -> Set:
        key = args.named.get("key", NOTHING)
        if key:
            self.call_all(act, key, Args([self.everything(box) or ANY], {}), node)
        return NOTHING


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
