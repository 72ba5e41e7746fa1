"""Calls: what runs when a value is called, how arguments meet parameters, and what comes back."""

from __future__ import annotations

import ast
from typing import Any

from .core import ANY, Activation, Args
from .libraries import Libraries
from .objects import (
    NONE,
    NOTHING,
    UNKNOWN,
    Accessor,
    Bound,
    Box,
    Builtin,
    Class,
    Env,
    External,
    Function,
    Generator,
    Instance,
    Method,
    Object,
    Partial,
    Set,
    Wrapped,
    join,
)  # fmt: skip

MAX_DEPTH = 60
"""Calls inside of calls that are followed."""
MAX_AGAIN = 3
"""How often a function may be on the stack."""


class Calling(Libraries):
    """Runs what is called."""

    max_runs = 60
    """How often a function is run with other arguments; later calls get what the earlier ones returned."""

    def call_all(self, act: Activation, callees: Set, args: Args, node: ast.AST) -> Set:
        """What calling any of the values returns."""
        if len(callees) == 1:
            return self.call(act, callees[0], args, node)
        results = []
        for callee in callees:
            self.state.begin()
            result = self.call(act, callee, args, node)
            end = self.state.undo()
            results.append((result, end))
        if results:
            self.state.merge(*(end for _, end in results))
        return join(result for result, _ in results)

    def call(self, act: Activation, callee: Object, args: Args, node: ast.AST) -> Set:
        """What calling a value returns; edges are noted on the way."""
        if isinstance(callee, Function):
            self.edge(act, callee.name)
            return self.value(self.run(callee, args))
        if isinstance(callee, Bound):
            return self._bound_call(act, callee, args, node)
        if isinstance(callee, Class):
            return self.instantiate(act, callee, args, node)
        if isinstance(callee, Instance):
            found = self.special(act, callee, "__call__", args)
            return ANY if found is None else found
        if isinstance(callee, Partial):
            given = Args([*callee.args, *args.positional], {**callee.kwargs, **args.named}, args.rest, args.named_rest)
            return self.call_all(act, callee.function, given, node)
        if isinstance(callee, Builtin):
            self.edge(act, f"<builtin>.{callee.name}")
            return self.builtin(act, callee.name, args, node)
        if isinstance(callee, External):
            if callee.called:  # what a library returned, which is called in turn
                return (callee,)
            self.edge(act, callee.name)
            return self.library(act, callee, args, node)
        if isinstance(callee, Method):
            return self.method(act, callee, args, node)
        if isinstance(callee, Accessor):
            return (self._accessor(callee, args),)
        return ANY

    def _bound_call(self, act: Activation, callee: Bound, args: Args, node: ast.AST) -> Set:
        given = args._replace(positional=[callee.receiver, *args.positional])
        if not isinstance(callee.function, Function):
            return self.call(act, callee.function, given, node)
        self.edge(act, callee.function.name)
        return self.value(self.run(callee.function, given))

    @staticmethod
    def _accessor(callee: Accessor, args: Args) -> Wrapped:
        prop, value = callee.prop, args.first()
        if callee.kind == "setter":
            return Wrapped(prop.kind, prop.function, value, prop.deleter)
        if callee.kind == "deleter":
            return Wrapped(prop.kind, prop.function, prop.setter, value)
        return Wrapped(prop.kind, value, prop.setter, prop.deleter)

    # --- instances -------------------------------------------------------------------------------------------------

    def instantiate(self, act: Activation, cls: Class, args: Args, node: ast.AST) -> Set:
        """An instance of a class, through its metaclass, ``__new__`` and ``__init__``."""
        if cls.metaclass is not None:
            found = self.find(cls.metaclass, "__call__")
            if found is not None and not any(a.function and a.function.name.endswith(".__call__") for a in self.stack):
                bound = tuple(Bound(f, (cls,)) for f in found)
                return self.call_all(act, bound, args, node)
        new = self.find(cls, "__new__")
        made: Set = NOTHING
        if new is not None:
            given = args._replace(positional=[(cls,), *args.positional])
            functions = join(f.function if isinstance(f, Wrapped) else (f,) for f in new)
            made = tuple(v for v in self.call_all(act, functions, given, node) if isinstance(v, (Instance, Class)))
            if not any(isinstance(v, Instance) and cls in v.cls.mro for v in made) and made:
                return made
        if not made:
            instance = self.make(act, (node, cls), lambda: Instance(cls))
            if instance not in cls.instances:
                cls.instances.append(instance)
            made = (instance,)
        for value in made:
            if isinstance(value, Instance):
                self.initialise(act, value, args, node)
        return made

    def initialise(self, act: Activation, instance: Instance, args: Args, node: ast.AST) -> None:
        """Run ``__init__``, or give the fields of a data class their values."""
        cls = instance.cls
        init = self.find(cls, "__init__")
        if init is not None:
            bound = join(self._bound(act, f, (instance,), cls) for f in init)
            self.call_all(act, bound, args, node)
            return
        self.fill(act, instance, args, node)
        library = self.outside(cls)
        if library is not None and not library.name.startswith(("typing.", "abc.", "enum.", "collections.abc.")):
            self.edge(act, f"{library.name}.__init__")
        post = self.find(cls, "__post_init__")
        if post is not None:
            self.call_all(act, join(self._bound(act, f, (instance,), cls) for f in post), Args([], {}), node)

    def fill(self, act: Activation, instance: Instance, args: Args, node: ast.AST) -> None:
        """Values of annotated fields: what is given, else their defaults and factories."""
        named = dict(args.named)
        fields = {name: (base, field) for base in reversed(instance.cls.mro) if isinstance(base, Class)
                  for name, field in self.fields(base)}  # fmt: skip
        for place, (name, (base, field)) in enumerate(fields.items()):
            if place < len(args.positional):
                value = args.positional[place]
            elif name in named:
                value = named.pop(name)
            elif isinstance(field.value, ast.Call):
                value = self._factory(act, base, field, node)
            else:
                continue
            if value:
                self.set_attribute(act, instance, name, value, strong=True)
        for name, value in named.items():
            if name not in fields and self.outside(instance.cls) is not None:
                self.set_attribute(act, instance, name, value, strong=True)

    def _factory(self, act: Activation, base: Class, field: ast.AnnAssign, node: ast.AST) -> Set:
        given = field.value
        factory = next((k.value for k in getattr(given, "keywords", ()) if k.arg == "default_factory"), None)
        if factory is None:
            default = next((k.value for k in getattr(given, "keywords", ()) if k.arg == "default"), None)
            return self.visit(Activation(None, base.env, base.path), default) if default is not None else NOTHING
        own = isinstance(factory, ast.Name) and any(name == factory.id for name, _ in self.fields(base))
        inner = Activation(None, base.env.parent if own and base.env.parent is not None else base.env, base.path)
        made = self.visit(inner, factory)
        return self.call_all(act, made, Args([], {}), factory)

    # --- functions -------------------------------------------------------------------------------------------------

    def run(self, function: Function, args: Args) -> Set:
        """What a function returns for arguments; its body is run unless it is too deep on the stack or ran too often."""
        node = function.node
        again = sum(1 for a in self.stack if a.function is not None and a.function.node is node)
        if again >= MAX_AGAIN or len(self.stack) >= MAX_DEPTH or self.runs.get(node, 0) >= self.max_runs:
            return self.summaries.get(node, ANY)
        self.runs[node] = self.runs.get(node, 0) + 1
        env = Env("function", self.scopes.names[node], function.env)
        act = Activation(function.name, env, function.path, function)
        self.bind(act, function, args)
        return self.execute(act, function)

    def execute(self, act: Activation, function: Function) -> Set:
        """Run the body of an activation whose parameters are bound."""
        node = function.node
        self.stack.append(act)
        self.state.begin()
        act.base = len(self.state.journals) - 1
        try:
            if isinstance(node, ast.Lambda):
                act.returns.append(self.visit(act, node.body))
                falls = False
                act.ended = True
            else:
                falls = self.block(act, node.body)
        finally:
            end = self.state.undo()
            self.stack.pop()
        ends = [*act.ends, end] if falls or act.ended else act.ends
        if ends:
            self.state.merge(*ends)
        if falls:
            act.returns.append((NONE,))
        if function.is_generator:
            made: Object = Generator(function, self.value(join(act.yields)))
            result: Set = (made,)
        else:
            result = self.promised(act, function, join(act.returns))
        known = self.summaries.get(node, NOTHING)
        self.summaries[node] = join((known, result))
        return result

    def promised(self, act: Activation, function: Function, result: Set) -> Set:
        """What a function returns, or what its annotation says where that is only what a library gave, or unknown."""
        annotation = None if isinstance(function.node, ast.Lambda) else function.node.returns
        if annotation is None or not all(v is UNKNOWN or (isinstance(v, External) and v.called) for v in result):
            return result
        stated = self.annotated(act, function.env, annotation)
        return stated if any(isinstance(v, Instance) for v in stated) else result

    def bind(self, act: Activation, function: Function, args: Args) -> None:
        """Give parameters their values."""
        spec: ast.arguments = function.node.args
        variables = act.env.vars
        positional = [*spec.posonlyargs, *spec.args]
        named = dict(args.named)
        first_default = len(positional) - len(function.defaults)
        for place, arg in enumerate(positional):
            if place < len(args.positional):
                value = args.positional[place]
            elif arg.arg in named:
                value = named.pop(arg.arg)
            else:
                loose = [s for s in (args.rest, args.named_rest) if s is not None]
                default = [function.defaults[place - first_default]] if place >= first_default else []
                value = join([*loose, *default])
                if not value or (loose and not default):
                    value = value or self.outer_value(act, function, arg, default)
            variables[arg.arg] = self.value(value)
        if positional:
            act.receiver = variables[positional[0].arg]
        self._star(act, spec, args, len(positional))
        for place, arg in enumerate(spec.kwonlyargs):
            if arg.arg in named:
                variables[arg.arg] = self.value(named.pop(arg.arg))
            else:
                default = [function.kw_defaults[place]] if function.kw_defaults[place] else []
                variables[arg.arg] = self.value(join([*filter(None, [args.named_rest]), *default]))
        if spec.kwarg is not None:
            box = Box("dict")
            for name, value in named.items():
                box.items[name] = value
            if args.named_rest:
                box.rest["v"] = args.named_rest
            variables[spec.kwarg.arg] = (box,)

    def outer_value(self, act: Activation, function: Function, arg: ast.arg, default: list[Set]) -> Set:
        """A parameter that is not given."""
        return ANY

    def _star(self, act: Activation, spec: ast.arguments, args: Args, count: int) -> None:
        if spec.vararg is None:
            return
        box = Box("tuple")
        extra = args.positional[count:]
        box.items.update(enumerate(extra))
        box.size["n"] = len(extra)
        if args.rest:
            box.rest["v"] = args.rest
            box.size["n"] = None
        act.env.vars[spec.vararg.arg] = (box,)

    def arguments(self, act: Activation, node: Any) -> Args:
        """The arguments of a call expression."""
        positional: list[Set] = []
        named: dict[str, Set] = {}
        rest: Set | None = None
        named_rest: Set | None = None
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                values = self.iterate(act, self.visit(act, arg.value))
                if isinstance(values, list) and rest is None:
                    positional += values
                else:
                    rest = join([rest or NOTHING, *values] if isinstance(values, list) else [rest or NOTHING, values])
            elif rest is not None:
                rest = join((rest, self.visit(act, arg)))
            else:
                positional.append(self.visit(act, arg))
        for keyword in node.keywords:
            value = self.visit(act, keyword.value)
            if keyword.arg is not None:
                named[keyword.arg] = value
                continue
            for box in value:
                if isinstance(box, Box):
                    for key, item in box.items.items():
                        if isinstance(key, str):
                            named[key] = join((named.get(key, NOTHING), item))
                    if box.rest.get("v"):
                        named_rest = join((named_rest or NOTHING, box.rest["v"]))
                else:
                    named_rest = named_rest or ANY
        return Args(positional, named, rest, named_rest)
