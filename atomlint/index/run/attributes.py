"""Attributes: through instances, classes and their order, properties, ``super()`` and ``__getattr__``."""

from __future__ import annotations

import ast
import fnmatch
from typing import Any

from .core import ANY, Activation, Args, Core
from .objects import (
    NOTHING,
    Accessor,
    Bound,
    Box,
    Builtin,
    Class,
    Const,
    External,
    Function,
    Generator,
    Instance,
    Method,
    Module,
    Object,
    Partial,
    Set,
    Super,
    Unknown,
    Wrapped,
    constant,
    join,
)  # fmt: skip

BOX_METHODS = frozenset(
    {
        "append", "add", "extend", "insert", "pop", "popleft", "appendleft", "get", "items", "values", "keys", "update",
        "setdefault", "copy", "remove", "sort", "reverse", "popitem", "__getitem__", "__setitem__",
    }
)  # fmt: skip
EMPTY = Args([], {})


class Attributes(Core):
    """Reads and writes attributes."""

    def find(self, cls: Class, name: str, after: Class | None = None) -> Set | None:
        """What a class or the first base that has the name holds; None when none has. ``after``: bases behind it only."""
        skipping = after is not None
        for base in cls.mro:
            if skipping:
                skipping = base is not after
                continue
            if isinstance(base, Class):
                found = base.attrs.get(name)
                if found is not None:
                    return found
        return None

    def outside(self, cls: Class, after: Class | None = None) -> External | None:
        """The first base from a library."""
        order = cls.mro[cls.mro.index(after) + 1 :] if after in cls.mro else cls.mro
        return next((base for base in order if isinstance(base, External)), None)

    def attribute(self, act: Activation, obj: Object, name: str) -> Set:
        """What ``obj.name`` can be; properties and ``__getattr__`` are called."""
        if isinstance(obj, Instance):
            return self._of_instance(act, obj, name)
        if isinstance(obj, Class):
            return self._of_class(act, obj, name)
        if isinstance(obj, Module):
            return self._of_module(obj, name)
        if isinstance(obj, External):
            return (External(f"{obj.name}.{name}", held=obj.held),)
        if isinstance(obj, Super):
            return self._of_super(act, obj, name)
        if isinstance(obj, Box):
            return (Method(obj, name),) if name in BOX_METHODS else ANY
        if isinstance(obj, Generator):
            return (Method(obj, name),) if name in ("send", "__next__", "__anext__", "asend") else ANY
        if isinstance(obj, Wrapped) and name in ("setter", "deleter", "getter"):
            return (Accessor(obj, name),)
        if isinstance(obj, Partial):
            return obj.function if name == "func" else ANY
        if isinstance(obj, Bound):
            return self._of_bound(act, obj, name)
        if isinstance(obj, Function):
            return self._of_function(obj, name)
        return NOTHING if isinstance(obj, (Unknown, Const, Builtin)) else ANY

    def _of_bound(self, act: Activation, obj: Bound, name: str) -> Set:
        if name == "__self__":
            return obj.receiver
        return (obj.function,) if name == "__func__" else self.attribute(act, obj.function, name)

    def _of_function(self, obj: Function, name: str) -> Set:
        if name == "__call__":
            return (obj,)
        if name == "__wrapped__" and obj.raw is not None:
            return (obj.raw,)
        if name == "__name__":
            return (constant(obj.name.rpartition(".")[2]),)
        return self.function_attrs.get(obj, {}).get(name, ANY)

    @property
    def function_attrs(self) -> dict[Function, dict[str, Set]]:
        """Attributes set on functions."""
        known: dict[Function, dict[str, Set]] = self.__dict__.setdefault("_function_attrs", {})
        return known

    def _of_module(self, obj: Module, name: str) -> Set:
        if obj.env is not None:
            found = obj.env.vars.get(name)
            if found is not None:
                return found
        return self.submodule(obj, name)

    def submodule(self, module: Module, name: str) -> Set:
        raise NotImplementedError

    def _of_instance(self, act: Activation, obj: Instance, name: str) -> Set:
        found = self.find(obj.cls, name)
        if found is not None and any(isinstance(f, Wrapped) and f.kind == "property" for f in found):
            return self.value(join(self._bound(act, f, (obj,), obj.cls) for f in found))
        own = obj.attrs.get(name)
        if own is not None:
            return own
        if found is not None:
            return self.value(join(self._bound(act, f, (obj,), obj.cls) for f in found))
        if name == "__class__":
            return (obj.cls,)
        if name == "__dict__":
            return ANY
        promised = self._promised(act, obj.cls, name)
        if promised:
            return promised
        forward = self.find(obj.cls, "__getattr__")
        if forward is not None and not name.startswith("__"):
            args = Args([(constant(name),)], {})
            bound = join(self._bound(act, f, (obj,), obj.cls) for f in forward)
            return self.value(self.call_all(act, bound, args, obj.cls.node))
        library = self.outside(obj.cls)
        if library is not None and not name.startswith("__"):
            return (External(f"{library.name}.{name}"),)
        if not name.startswith("__") and obj in self.generic.values():
            return self._of_heirs(act, obj, name)
        return NOTHING

    def _of_heirs(self, act: Activation, obj: Instance, name: str) -> Set:
        """What heirs of a class hold, where nobody is known to make an instance and the class itself has no such name."""
        found: list[Set] = []
        for cls in self.classes:
            if cls is not obj.cls and obj.cls in cls.mro and name in cls.attrs:
                found += [self._bound(act, f, (obj,), cls) for f in cls.attrs[name]]
        return join(found)

    def _promised(self, act: Activation, cls: Class, name: str) -> Set:
        """An attribute that is only annotated in the class body."""
        for base in cls.mro:
            if isinstance(base, Class):
                for field, node in self.fields(base):
                    if field == name and node.value is None:
                        found = self.annotated(act, base.env, node.annotation)
                        return () if found == ANY else found
        return NOTHING

    def fields(self, cls: Class) -> list[tuple[str, ast.AnnAssign]]:
        """Annotated names of a class body, in order."""
        if cls.fields is None:
            annotated = [node for node in cls.node.body if isinstance(node, ast.AnnAssign)]
            cls.fields = [(node.target.id, node) for node in annotated if isinstance(node.target, ast.Name)]
        return cls.fields

    def _bound(self, act: Activation, found: Object, receiver: Set, cls: Class) -> Set:
        """A class attribute as it is read through an instance."""
        if isinstance(found, Function):
            return (Bound(found, receiver),)
        if isinstance(found, Wrapped):
            if found.kind == "property":
                bound = join(self._bound(act, f, receiver, cls) for f in found.function)
                return self.value(self.call_all(act, bound, EMPTY, cls.node))
            if found.kind == "classmethod":
                return tuple(Bound(f, (cls,)) for f in found.function)
            return found.function
        if isinstance(found, Partial):
            return (found,)
        if isinstance(found, Instance) and self.find(found.cls, "__get__") is not None:
            return self.value(self.special(act, found, "__get__", Args([receiver, (cls,)], {})) or NOTHING)
        return (found,)

    def _of_class(self, act: Activation, obj: Class, name: str) -> Set:
        found = self.find(obj, name)
        if found is not None:
            result: list[Set] = []
            for value in found:
                if isinstance(value, Wrapped) and value.kind == "classmethod":
                    result.append(tuple(Bound(f, (obj,)) for f in value.function))
                elif isinstance(value, Wrapped) and value.kind == "staticmethod":
                    result.append(value.function)
                elif isinstance(value, Const) and self.is_enum(obj):
                    result.append((self.member(obj, name),))
                elif isinstance(value, Instance) and self.find(value.cls, "__get__") is not None:
                    result.append(self.special(act, value, "__get__", Args([NOTHING, (obj,)], {})) or ANY)
                else:
                    result.append((value,))
            return self.value(join(result))
        if name == "__name__":
            return (constant(obj.node.name),)
        if name == "__subclasses__":
            return (Method(obj, name),)
        if obj.metaclass is not None:
            through = self.find(obj.metaclass, name)
            if through is not None:
                return self.value(join(self._bound(act, f, (obj,), obj.metaclass) for f in through))
        library = self.outside(obj)
        return (External(f"{library.name}.{name}"),) if library is not None and name[:2] != "__" else NOTHING

    def is_enum(self, cls: Class) -> bool:
        """Whether the class's constants are its instances."""
        library = self.outside(cls)
        return library is not None and library.name.startswith("enum.")

    def member(self, cls: Class, name: str) -> Instance:
        """A member of an enumeration."""
        known = next((i for i in cls.instances if i.attrs.get("name") == (constant(name),)), None)
        if known is None:
            known = Instance(cls)
            known.attrs["name"] = (constant(name),)
            known.attrs["value"] = cls.attrs[name]
            cls.instances.append(known)
        return known

    def _of_super(self, act: Activation, obj: Super, name: str) -> Set:
        receiver = obj.receiver
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, Class):
            return NOTHING
        if obj.cls not in cls.mro:
            cls = obj.cls
        found = self.find(cls, name, obj.cls)
        if found is not None:
            if name == "__new__":
                return join(f.function if isinstance(f, Wrapped) else (f,) for f in found)
            if isinstance(receiver, Instance):
                return self.value(join(self._bound(act, f, (receiver,), cls) for f in found))
            result: list[Set] = []
            for value in found:
                if isinstance(value, Wrapped) and value.kind == "classmethod":
                    result.append(tuple(Bound(f, (receiver,)) for f in value.function))
                elif (isinstance(value, Function) and obj.cls.metaclass is None and name in ("__init_subclass__",)) or (
                    isinstance(value, Function) and self.is_metaclass(obj.cls)
                ):
                    result.append((Bound(value, (receiver,)),))
                else:
                    result.append(value.function if isinstance(value, Wrapped) else (value,))
            return self.value(join(result))
        library = self.outside(cls, obj.cls)
        if library is not None:
            return (External(f"{library.name}.{name}"),)
        return (Method(obj, name),)

    def is_metaclass(self, cls: Class) -> bool:
        """Whether a class makes classes."""
        return any(isinstance(base, Builtin) and base.name == "type" for base in cls.mro)

    def special(self, act: Activation, obj: Object, name: str, args: Args) -> Set | None:
        """Call what a protocol calls on an object: ``__enter__``, ``__add__``; None when its class has no such method."""
        if not isinstance(obj, Instance):
            return None
        found = self.find(obj.cls, name)
        if found is None:
            return None
        bound = join(self._bound(act, f, (obj,), obj.cls) for f in found)
        return self.value(self.call_all(act, bound, args, obj.cls.node))

    def set_attribute(self, act: Activation, obj: Object, name: str, value: Set, *, strong: bool) -> None:
        """Store an attribute; setters are called."""
        holder: dict[str, Set] | None = None
        if isinstance(obj, Instance):
            found = self.find(obj.cls, name) or NOTHING
            for prop in found:
                if isinstance(prop, Wrapped) and prop.kind == "property":
                    bound = tuple(Bound(f, (obj,)) for f in prop.setter)
                    self.call_all(act, bound, Args([value], {}), obj.cls.node)
                    return
                if isinstance(prop, Instance) and self.find(prop.cls, "__set__") is not None:
                    self.special(act, prop, "__set__", Args([(obj,), value], {}))
                    return
            if self.find(obj.cls, "__setattr__") is not None:
                self.special(act, obj, "__setattr__", Args([(constant(name),), value], {}))
            holder, strong = obj.attrs, strong and not obj.many
        elif isinstance(obj, Class):
            holder = obj.attrs
        elif isinstance(obj, Module) and obj.env is not None:
            holder = obj.env.vars
        elif isinstance(obj, Function):
            holder = self.function_attrs.setdefault(obj, {})
        elif isinstance(obj, External):
            holder = self.library_attrs.setdefault(obj.name, {})
        if holder is None:
            return
        if strong:
            self.state.write(holder, name, value)
        else:
            self.state.add(holder, name, value)

    @property
    def library_attrs(self) -> dict[str, dict[str, Set]]:
        """Attributes set on objects of libraries, by the object's name."""
        known: dict[str, dict[str, Set]] = self.__dict__.setdefault("_library_attrs", {})
        return known

    def matching(self, act: Activation, obj: Object, pattern: str) -> Set:
        """Attributes whose name fits a pattern: ``getattr(self, f"on_{kind}")``."""
        cls = obj.cls if isinstance(obj, Instance) else obj
        names: dict[str, None] = {}
        if isinstance(cls, Class):
            for base in cls.mro:
                names.update(dict.fromkeys(base.attrs if isinstance(base, Class) else ()))
        elif isinstance(obj, Module) and obj.env is not None:
            names = dict.fromkeys(obj.env.vars)
        if pattern.strip("*") == "":
            return ANY
        found: list[Any] = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
        return self.value(join(self.attribute(act, obj, name) for name in found))
