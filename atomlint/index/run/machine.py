"""The machine: modules run in order, then what nobody called, so that every function's calls are known."""

from __future__ import annotations

import ast
from posixpath import dirname
from typing import TYPE_CHECKING, Any

from ...deep import parse
from ..modules import Modules
from .core import ANY, Activation, Args, external, problem_of
from .definitions import Definitions
from .objects import (
    NOTHING,
    Alias,
    Bound,
    Box,
    Class,
    Env,
    External,
    Function,
    Generator,
    Instance,
    Module,
    Object,
    Set,
    constant,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CONTAINERS = frozenset({"list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "Iterable", "frozenset", "Iterator",
                        "Collection", "deque", "AsyncIterator", "AsyncIterable", "Generator", "AsyncGenerator"})  # fmt: skip
MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
INSIDE = frozenset({"Optional", "Annotated", "Union", "ClassVar", "Final", "Required", "NotRequired", "Awaitable"})
RUNS = ((3_000, 60), (15_000, 12), (60_000, 4), (1 << 60, 2))
"""How often a function may be run in a project of fewer lines."""


class Machine(Definitions):
    """Runs the modules of a project; ``edges`` holds who calls whom."""

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str | None],
        src: Sequence[str] = (),
        carriers: Mapping[str, tuple[int | None, str | None]] | None = None,
    ) -> None:
        super().__init__()
        self.table = Modules(paths, src)
        self.read = read
        self.modules: dict[str, Module] = {}
        self.carriers = {**(carriers or {}), **self.carriers}
        self.injecting: set[int] = set()
        self.problems: dict[str, str] = {}
        """What is wrong with files that do not parse."""

    def known(self, paths: Sequence[str]) -> list[str]:
        """Names of the modules, functions and lambdas of files."""
        modules = [module for path in paths if (module := self.module(path)).tree is not None]
        return [name for m in modules for name in (m.name, *(found for found, _, _ in self.scopes.functions[m.name]))]

    def trace(self, paths: Sequence[str]) -> None:
        """Run modules, then every function that was not run.

        Raises:
            Exhausted: there is more to run than `max_steps`.
        """
        trees = self._measure(paths)
        for module in trees:
            self.start(module)
        for nested, only_unused in ((False, True), (False, False), (True, False)):
            for module in trees:
                self._rest(module, only_unused=only_unused, nested=nested)

    def trace_from(self, paths: Sequence[str], entry: str) -> None:
        """Run the module that an entry stands in, the entry, and what it reaches that was not run on the way.

        Raises:
            Exhausted: there is more to run than `max_steps`.
        """
        trees = self._measure(paths)
        places = {name: (module, node) for module in trees for name, node, _ in self.scopes.functions[module.name]}
        modules = {module.name: module for module in trees}
        seen: set[str] = set()
        queue = [entry]
        while queue:
            name = queue.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in modules:
                self.start(modules[name])
            elif name in places:
                module, node = places[name]
                self.start(module)
                function = self.found.get(node)
                if function is not None and (node not in self.runs or name == entry):
                    self._run_unknown(function)
            queue += self.edges.get(name, ())

    def _measure(self, paths: Sequence[str]) -> list[Module]:
        trees = [module for path in paths if (module := self.module(path)).tree is not None]
        lines = sum(m.tree.body[-1].end_lineno or 0 for m in trees if m.tree is not None and m.tree.body)
        self.max_runs = next(runs for size, runs in RUNS if lines < size)
        return trees

    # --- modules ---------------------------------------------------------------------------------------------------

    def module(self, path: str) -> Module:
        """The module of a file; ``tree`` is None for one that cannot be read or parsed."""
        known = self.modules.get(path)
        if known is None:
            known = self.modules[path] = Module(
                path, self.table.name(path) if path.endswith(".py") else path.replace("/", ".")
            )
            text = self.read(path) if path.endswith(".py") else None
            if text is None and path.endswith(".py"):
                self.problems[path] = "cannot be read"
            if text is not None:
                try:
                    known.tree = parse(text)
                except (SyntaxError, ValueError, RecursionError) as error:
                    self.problems[path] = f"cannot be parsed: {problem_of(error)}"
                    return known
                self.scopes.add(known.tree, known.name)
                self.edges.setdefault(known.name, {})
                for name, _, _ in self.scopes.functions[known.name]:
                    self.edges.setdefault(name, {})
        return known

    def start(self, module: Module) -> None:
        """Run the body of a module, once."""
        if module.started or module.tree is None:
            return
        module.started = True
        package = dirname(module.path)
        while package:  # packages run before their modules
            if f"{package}/__init__.py" in self.table.paths:
                self.start(self.module(f"{package}/__init__.py"))
            package = dirname(package)
        module.env = Env("module", self.scopes.names[module.tree], None)
        module.env.vars["__name__"] = (constant("__main__"), constant(module.name))
        act = Activation(module.name, module.env, module.path)
        self.stack.append(act)
        self.block(act, module.tree.body)
        self.stack.pop()

    def import_module(self, path: str, dotted: str, level: int) -> Set:
        """What an import statement names: a module of the project, which runs now, or a library."""
        target = self.table.relative(path, level, dotted) if level else self.table.absolute(path, dotted)
        if target is None:
            return NOTHING if level else external(dotted)
        module = self.module(target)
        if target.endswith(".py"):
            self.start(module)
        return (module,)

    def submodule(self, module: Module, name: str) -> Set:
        """A module of a package."""
        found = self.table.submodule(module.path, name)
        if found is None:
            return NOTHING
        inner = self.module(found)
        if found.endswith(".py"):
            self.start(inner)
        return (inner,)

    # --- what nobody called ----------------------------------------------------------------------------------------

    def _rest(self, module: Module, *, only_unused: bool, nested: bool) -> None:
        if module.env is None:
            return
        for name, node, inside in self.scopes.functions[module.name]:
            if node in self.runs or (only_unused and name.rpartition(".")[2] in self.scopes.used):
                continue
            function = self.found.get(node)
            if function is not None and (nested or inside is None):
                self._run_unknown(function)

    @property
    def found(self) -> dict[ast.AST, Function]:
        """The last function made of every definition."""
        known: dict[ast.AST, Function] = self.__dict__.setdefault("_found", {})
        return known

    def function(self, act: Activation, node: Any) -> Function:
        """Remember what was defined."""
        made = super().function(act, node)
        self.found[node] = made
        return made

    def _run_unknown(self, function: Function) -> None:
        """Run a function with what its parameters promise."""
        self.runs[function.node] = self.runs.get(function.node, 0) + 1
        env = Env("function", self.scopes.names[function.node], function.env)
        act = Activation(function.name, env, function.path, function)
        positional: list[Set] = []
        spec = function.node.args
        if function.owner is not None and [*spec.posonlyargs, *spec.args]:
            kinds = {d.id for d in getattr(function.node, "decorator_list", ()) if isinstance(d, ast.Name)}
            if "staticmethod" not in kinds:
                on_class = "classmethod" in kinds or function.node.name in ("__new__", "__init_subclass__")
                on_class = on_class or self.is_metaclass(function.owner)
                positional = [(function.owner,) if on_class else self.receivers(function)]
        self.state.begin()
        self.bind(act, function, Args(positional, {}))
        for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs][len(positional) :]:
            default = env.vars.get(arg.arg, ANY)
            env.vars[arg.arg] = self._promised_value(act, function, arg, default)
        self.execute(act, function)
        self.state.commit()

    def receivers(self, function: Function) -> Set:
        """Instances that a method that nobody called may be called on."""
        owner = function.owner
        if owner is None:
            return ANY
        name = function.node.name
        found = [
            instance
            for cls in self.classes
            if owner in cls.mro and any(f is function for f in self.find(cls, name) or ())
            for instance in cls.instances
        ]
        return tuple(found[:8]) or (self.instance_of(owner),)

    def instance_of(self, cls: Class) -> Instance:
        """An instance of a class that is made somewhere else."""
        if cls.instances and cls not in self.generic:
            return cls.instances[0]
        known = self.generic.get(cls)
        if known is None:
            known = self.generic[cls] = Instance(cls)
            known.many = True
            init = self.find(cls, "__init__")
            if init is not None:
                for function in init:
                    if isinstance(function, Function) and len(self.stack) < 20:
                        env = Env("function", self.scopes.names[function.node], function.env)
                        act = Activation(function.name, env, function.path, function)
                        self.runs[function.node] = self.runs.get(function.node, 0) + 1
                        self.bind(act, function, Args([(known,)], {}))
                        spec = function.node.args
                        for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs][1:]:
                            default = env.vars.get(arg.arg, ANY)
                            env.vars[arg.arg] = self._promised_value(act, function, arg, default)
                        self.execute(act, function)
        return known

    def _promised_value(self, act: Activation, function: Function, arg: ast.arg, default: Set) -> Set:
        injected = self._injected(act, function, arg)
        if injected:
            return injected
        promised = self.annotated(act, function.env, arg.annotation) if arg.annotation is not None else NOTHING
        return join([tuple(v for v in default if v is not ANY[0]), promised, ANY])

    # --- annotations -----------------------------------------------------------------------------------------------

    def _injected(self, act: Activation, function: Function, arg: ast.arg) -> Set:
        """What a framework injects: ``Depends(f)`` as a default or in ``Annotated``."""
        spec = function.node.args
        positional = [*spec.posonlyargs, *spec.args]
        defaults: dict[str, ast.expr | None] = {}
        for one, default in zip(reversed(positional), reversed(spec.defaults), strict=False):
            defaults[one.arg] = default
        for one, kw_default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            defaults[one.arg] = kw_default
        candidates: list[tuple[ast.expr, Env]] = []
        if defaults.get(arg.arg) is not None:
            candidates.append((defaults[arg.arg], function.env))  # type: ignore[arg-type]
        annotation = self._unaliased(arg.annotation, function.env)
        if annotation is not None and isinstance(annotation[0], ast.Subscript):
            inner = annotation[0].slice
            candidates += [(part, annotation[1]) for part in (inner.elts[1:] if isinstance(inner, ast.Tuple) else ())]
        for candidate, env in candidates:
            if not isinstance(candidate, ast.Call) or _last(candidate.func) not in ("Depends", "Security"):
                continue
            quiet = Activation(None, env, act.path)
            given = candidate.args[0] if candidate.args else next(
                (k.value for k in candidate.keywords if k.arg == "dependency"), None
            )  # fmt: skip
            targets = self.visit(quiet, given) if given is not None else NOTHING
            if not targets and annotation is not None:
                inner_annotation = arg.annotation
                targets = tuple(
                    v.cls for v in self.annotated(quiet, function.env, inner_annotation) if isinstance(v, Instance)
                )
            results = [self._inject(act, target, candidate) for target in targets]
            return join(results)
        return NOTHING

    def _inject(self, act: Activation, target: Object, node: ast.AST) -> Set:
        function = target.function if isinstance(target, Bound) else target
        if isinstance(target, Instance):
            found = self.find(target.cls, "__call__") or NOTHING
            bound = join(self._bound(act, f, (target,), target.cls) for f in found)
            return join(self._inject(act, one, node) for one in bound)
        if isinstance(function, Class):
            return self.instantiate(act, function, Args([], {}), node)
        if not isinstance(function, Function) or id(function) in self.injecting:
            return NOTHING
        self.edge(act, function.name)
        if self.runs.get(function.node, 0) >= self.max_runs:
            return _yielded(self.summaries.get(function.node, NOTHING))
        self.injecting.add(id(function))
        env = Env("function", self.scopes.names[function.node], function.env)
        inner = Activation(function.name, env, function.path, function)
        self.runs[function.node] = self.runs.get(function.node, 0) + 1
        receiver = [target.receiver] if isinstance(target, Bound) else []
        self.bind(inner, function, Args(receiver, {}))
        spec = function.node.args
        for arg in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs][len(receiver) :]:
            env.vars[arg.arg] = self._promised_value(inner, function, arg, env.vars.get(arg.arg, ANY))
        result = self.execute(inner, function)
        self.injecting.discard(id(function))
        return _yielded(result)

    def _unaliased(self, annotation: ast.expr | None, env: Env) -> tuple[ast.expr, Env] | None:
        """The expression behind an alias such as ``SessionDep = Annotated[Session, Depends(get_db)]``."""
        if annotation is None:
            return None
        if isinstance(annotation, ast.Name):
            for value in self.lookup(env, annotation.id):
                if isinstance(value, External) and value.held and isinstance(value.held[0], Alias):
                    return value.held[0].node, value.held[0].env
        return annotation, env

    def get_item(self, act: Activation, obj: Object, key: Set, node: ast.AST) -> Set:
        """``Annotated[...]`` is remembered as it is written."""
        if isinstance(obj, External) and obj.name.rpartition(".")[2] == "Annotated" and isinstance(node, ast.Subscript):
            return (External(obj.name, held=(Alias(node, act.env),)),)
        return super().get_item(act, obj, key, node)

    def postponed(self, path: str) -> bool:
        """Whether ``from __future__ import annotations`` stands in a module."""
        tree = self.module(path).tree
        return tree is not None and any(
            isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body[:3]
        )

    def annotated(self, act: Activation, env: Env, annotation: ast.expr | None) -> Set:
        """What an annotation promises."""
        if annotation is None:
            return NOTHING
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return NOTHING
        if isinstance(annotation, ast.BinOp):
            return join([self.annotated(act, env, annotation.left), self.annotated(act, env, annotation.right)])
        if isinstance(annotation, ast.Subscript):
            return self._parametrised(act, env, annotation)
        if not isinstance(annotation, (ast.Name, ast.Attribute)):
            return NOTHING
        result: list[Object] = []
        for value in self.visit(Activation(None, env, act.path), annotation):
            if isinstance(value, Class):
                result.append(self.instance_of(value))
            elif isinstance(value, External) and value.held and isinstance(value.held[0], Alias):
                result += self.annotated(act, value.held[0].env, value.held[0].node)
            elif isinstance(value, External) and not value.name.startswith(("typing.", "collections.")):
                result.append(External(value.name, called=True))
        return tuple(result)

    def _parametrised(self, act: Activation, env: Env, annotation: ast.Subscript) -> Set:
        name = _last(annotation.value)
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if name in INSIDE:
            parts = parts[:1] if name == "Annotated" else parts
            return join(self.annotated(act, env, part) for part in parts)
        if name in ("type", "Type"):
            return tuple(v.cls for part in parts for v in self.annotated(act, env, part) if isinstance(v, Instance))
        if name in CONTAINERS or name in MAPPINGS:
            held = self.annotated(act, env, parts[-1] if name in MAPPINGS else parts[0])
            box = Box("dict" if name in MAPPINGS else "list")
            box.size["n"] = None
            if held:
                box.rest["v"] = held
            return (box,)
        return self.annotated(act, env, annotation.value)

    def elements(self, act: Activation, values: Set) -> Set:
        """Elements of aliases are nothing."""
        return super().elements(act, tuple(v for v in values if not isinstance(v, Alias)))


def _yielded(values: Set) -> Set:
    """What a framework takes from a dependency: what it yields, if it does."""
    return join(v.yields if isinstance(v, Generator) else (v,) for v in values)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
