"""Definitions and imports: functions with their decorators, classes and what is called when they are made."""

from __future__ import annotations

import ast
from typing import Any

from .core import ANY, Activation, Args
from .objects import (
    NONE,
    NOTHING,
    UNKNOWN,
    Bound,
    Box,
    Builtin,
    Class,
    Env,
    External,
    Instance,
    Module,
    Object,
    Set,
    Wrapped,
    join,
    linearise,
)  # fmt: skip
from .scopes import arguments
from .statements import Statements

PLAIN_DECORATORS = frozenset({"property", "staticmethod", "classmethod"})
"""Builtin decorators: what they do is the language's business, no call that a reader looks for."""


class Definitions(Statements):
    """Runs definitions and imports."""

    def __init__(self) -> None:
        super().__init__()
        self.runners.update(
            {
                ast.FunctionDef: self.define, ast.AsyncFunctionDef: self.define, ast.ClassDef: self.define_class,
                ast.Import: self.import_, ast.ImportFrom: self.import_from,
            }
        )  # fmt: skip

    def define(self, act: Activation, node: Any) -> bool:
        decorators = [self.visit(act, decorator) for decorator in node.decorator_list]
        if not self.postponed(act.path):
            for part in (*(a.annotation for a in arguments(node.args)), node.returns):
                if isinstance(part, ast.Subscript) and any(isinstance(inner, ast.Call) for inner in ast.walk(part)):
                    self.visit(act, part)  # Annotated[Session, Depends(session)]
        function = self.function(act, node)
        if act.env.kind == "class":
            owner = next((c for c in reversed(self.classes) if c.env is act.env), None)
            function.owner = owner
        elif act.function is not None and act.function.owner is not None:
            function.owner = None
        value: Set = (function,)
        if act.env.kind == "class" and node.name in ("__init_subclass__", "__class_getitem__"):
            value = (Wrapped("classmethod", value),)
        for decorator, expr in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
            value = self.decorate(act, decorator, value, expr, function)
        self.assign_name(act, node.name, value)
        return True

    def postponed(self, path: str) -> bool:
        """Whether a module's annotations are not evaluated."""
        return False

    def decorate(self, act: Activation, decorators: Set, value: Set, node: ast.expr, raw: Object) -> Set:
        """What a decorator makes of a value; those of libraries are taken to hand it on."""
        results: list[Set] = []
        for decorator in decorators:
            if isinstance(decorator, Builtin) and decorator.name in PLAIN_DECORATORS:
                results.append(self.builtin(act, decorator.name, Args([value], {}), node))
                continue
            if isinstance(decorator, External):
                results.append(self._library_decorator(act, decorator, value))
                continue
            made = self.call(act, decorator, Args([value], {}), node)
            known = tuple(v for v in made if v is not UNKNOWN and v is not NONE)
            results.append(known or value)
        return join(results) or value

    def _library_decorator(self, act: Activation, decorator: External, value: Set) -> Set:
        if not decorator.called:
            self.edge(act, decorator.name)
        last = decorator.name.rpartition(".")[2]
        if last.endswith(("property", "computed_field")):
            return value if value and isinstance(value[0], Wrapped) else (Wrapped("property", value),)
        return value

    def define_class(self, act: Activation, node: ast.ClassDef) -> bool:
        decorators = [self.visit(act, decorator) for decorator in node.decorator_list]
        bases = [self.visit(act, base) for base in node.bases]
        keywords = {k.arg: self.visit(act, k.value) for k in node.keywords if k.arg}

        def new() -> Class:
            env = Env("class", self.scopes.names[node], act.env)
            return Class(node, self.scopes.qualified[node], env, act.path)

        cls = self.make(act, node, new)
        cls.bases = [v for values in bases for v in values[:1] if isinstance(v, (Class, External, Builtin))]
        cls.mro = linearise(cls)
        if cls not in self.classes:
            self.classes.append(cls)
        meta = next((v for v in keywords.get("metaclass", NOTHING) if isinstance(v, Class)), None)
        cls.metaclass = meta or next((b.metaclass for b in cls.mro if isinstance(b, Class) and b.metaclass), None)
        outer, act.env = act.env, cls.env
        self.block(act, node.body)
        act.env = outer
        self._created(act, cls, keywords)
        value: Set = (cls,)
        for decorator, expr in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
            value = self.decorate(act, decorator, value, expr, cls)
        self.assign_name(act, node.name, value)
        return True

    def _created(self, act: Activation, cls: Class, keywords: dict[str, Set]) -> None:
        """What Python calls when a class is made."""
        if cls.metaclass is not None:
            for name in ("__new__", "__init__"):
                found = self.find(cls.metaclass, name)
                if found is not None:
                    self.call_all(act, found, Args([(cls,), ANY, ANY, ANY], {}), cls.node)
        for value in list(cls.attrs.values()):
            for one in value:
                if isinstance(one, Instance):
                    self.special(act, one, "__set_name__", Args([(cls,), ANY], {}))
        hook = self.find(cls, "__init_subclass__", cls)
        if hook is not None:
            functions = join(f.function if isinstance(f, Wrapped) else (f,) for f in hook)
            given = {name: value for name, value in keywords.items() if name != "metaclass"}
            self.call_all(act, tuple(Bound(f, (cls,)) for f in functions), Args([], given), cls.node)

    # --- imports ---------------------------------------------------------------------------------------------------

    def import_(self, act: Activation, node: ast.Import) -> bool:
        for alias in node.names:
            values = self.import_module(act.path, alias.name, 0)
            if alias.asname:
                self.assign_name(act, alias.asname, values)
            else:
                head = alias.name.partition(".")[0]
                self.assign_name(act, head, self.import_module(act.path, head, 0) if head != alias.name else values)
        return True

    def import_from(self, act: Activation, node: ast.ImportFrom) -> bool:
        modules = self.import_module(act.path, node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                for module in modules:
                    if isinstance(module, Module):
                        self._import_all(act, module)
                continue
            found = join(self.attribute(act, module, alias.name) for module in modules)
            self.assign_name(act, alias.asname or alias.name, found)
        return True

    def _import_all(self, act: Activation, module: Module) -> None:
        if module.env is None:
            return
        exported = module.env.vars.get("__all__")
        names = [name for name in module.env.vars if name[:1] != "_"]
        if exported and isinstance(exported[0], Box):
            values = [v for item in self.everything(exported[0]) if (v := getattr(item, "value", None))]
            names = [name for name in values if isinstance(name, str)]
        for name in names:
            found = self.attribute(act, module, name)
            if found:
                self.assign_name(act, name, found)
