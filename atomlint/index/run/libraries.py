"""What libraries do with values: which arguments they call, and what they hand back."""

from __future__ import annotations

import ast
from typing import Any

from .core import ANY, Activation, Args, consts, external, text
from .models import Models
from .objects import (
    NO,
    NOTHING,
    YES,
    Box,
    Class,
    Const,
    Env,
    External,
    Function,
    Generator,
    Instance,
    Object,
    Partial,
    Set,
    Wrapped,
    join,
)  # fmt: skip
from .scopes import Names

CALLERS: dict[str, tuple[int | None, str | None]] = {
    "threading.Thread": (1, "target"), "threading.Timer": (1, "function"), "multiprocessing.Process": (1, "target"),
    "asyncio.to_thread": (0, "func"), "anyio.to_thread.run_sync": (0, "func"),
    "starlette.concurrency.run_in_threadpool": (0, "func"), "fastapi.concurrency.run_in_threadpool": (0, "func"),
    "functools.reduce": (0, None), "itertools.starmap": (0, None), "itertools.filterfalse": (0, None),
    "itertools.takewhile": (0, None), "itertools.dropwhile": (0, None), "itertools.groupby": (1, "key"),
    "itertools.accumulate": (1, "func"), "asyncio.get_event_loop.run_in_executor": (1, None),
    "asyncio.get_running_loop.run_in_executor": (1, None), "asyncio.get_event_loop.call_soon": (0, None),
    "asyncio.get_running_loop.call_soon": (0, None), "asyncio.get_event_loop.call_later": (1, None),
    "asyncio.get_running_loop.call_later": (1, None), "contextvars.copy_context.run": (0, None),
    "concurrent.futures.ThreadPoolExecutor.submit": (0, "fn"), "concurrent.futures.ThreadPoolExecutor.map": (0, "fn"),
    "concurrent.futures.ProcessPoolExecutor.submit": (0, "fn"), "concurrent.futures.ProcessPoolExecutor.map": (0, "fn"),
    "multiprocessing.Pool.map": (0, "func"), "multiprocessing.Pool.apply": (0, "func"),
    "multiprocessing.Pool.apply_async": (0, "func"), "fastapi.BackgroundTasks.add_task": (0, "func"),
    "starlette.background.BackgroundTasks.add_task": (0, "func"), "starlette.background.BackgroundTask": (0, "func"),
    "asgiref.sync.sync_to_async": (0, None), "asgiref.sync.async_to_sync": (0, None), "anyio.from_thread.run": (0, None),
    "anyio.run": (0, None), "heapq.nlargest": (2, "key"), "heapq.nsmallest": (2, "key"),
    "re.sub": (1, "repl"),
}  # fmt: skip
"""Which argument a function of a library calls, by place and name; those of the catalogs are known too."""
SAME = frozenset(
    {
        "copy.copy", "copy.deepcopy", "asyncio.create_task", "asyncio.ensure_future", "asyncio.wait_for", "asyncio.shield",
        "asyncio.run", "contextlib.closing", "weakref.proxy", "functools.lru_cache", "functools.cache", "functools.wraps",
        "contextlib.aclosing", "asyncio.run_coroutine_threadsafe", "asyncio.get_event_loop.run_until_complete",
        "asyncio.get_event_loop.create_task", "asyncio.get_running_loop.create_task", "asyncio.new_event_loop.run_until_complete",
        "weakref.ref", "functools.cmp_to_key", "types.MappingProxyType", "functools.singledispatch", "functools.total_ordering",
    }
)  # fmt: skip
"""Functions that hand back their first argument, or something as good."""
MODELS = {
    "random.choice": "_one_of",
    "functools.partial": "_partial", "functools.partialmethod": "_partial", "importlib.import_module": "_import_module",
    "typing.cast": "_cast", "asyncio.gather": "_gather", "functools.cached_property": "_cached_property",
    "functools.wraps": "_handing_on", "functools.update_wrapper": "_handing_on", "collections.namedtuple": "_named_tuple",
    "collections.defaultdict": "_default_dict", "collections.deque": "_builtin_list",
    "collections.OrderedDict": "_builtin_dict", "collections.ChainMap": "_builtin_dict",
    "weakref.WeakValueDictionary": "_builtin_dict", "itertools.chain": "_chain", "itertools.cycle": "_chain",
    "itertools.islice": "_chain",
    "asyncio.iscoroutinefunction": "_is_coroutine_function", "inspect.iscoroutinefunction": "_is_coroutine_function",
    "inspect.isasyncgenfunction": "_is_async_generator_function", "inspect.isgeneratorfunction": "_is_generator_function",
}  # fmt: skip
"""Methods that stand for functions of libraries."""


class Libraries(Models):
    """Functions and classes of libraries."""

    carriers: dict[str, tuple[int | None, str | None]] = CALLERS

    def library(self, act: Activation, callee: External, args: Args, node: Any) -> Set:
        """What a function or class of a library returns; the arguments that it calls are called."""
        name = callee.name
        handler = getattr(self, MODELS.get(name, ""), None)
        if handler is not None:
            return self.value(handler(act, args, node))
        if name.endswith(("ExitStack.enter_context", "ExitStack.enter_async_context")):
            return join(self._entered(act, value) for value in args.first())
        if name in SAME and args.first():
            return args.first()
        carried = self.carriers.get(name)
        found = self._carry(act, carried, name, args, node) if carried is not None else NOTHING
        return external(name, called=True, held=found)

    def _partial(self, act: Activation, args: Args, node: Any) -> Set:
        return (Partial(args.first(), args.positional[1:], dict(args.named)),)

    def _import_module(self, act: Activation, args: Args, node: Any) -> Set:
        module = text(args.first())
        return self.import_module(act.path, module, 0) if module else ANY

    def _cast(self, act: Activation, args: Args, node: Any) -> Set:
        return args.positional[1] if len(args.positional) > 1 else ANY

    def _gather(self, act: Activation, args: Args, node: Any) -> Set:
        return (self.box(act, node, "list", args.positional),) if not args.rest else ANY

    def _cached_property(self, act: Activation, args: Args, node: Any) -> Set:
        return (Wrapped("property", args.first()),)

    def _is_coroutine_function(self, act: Activation, args: Args, node: Any) -> Set:
        return self._is_of_kind(args.first(), is_async=True, yields=False)

    def _is_async_generator_function(self, act: Activation, args: Args, node: Any) -> Set:
        return self._is_of_kind(args.first(), is_async=True, yields=True)

    def _is_generator_function(self, act: Activation, args: Args, node: Any) -> Set:
        return self._is_of_kind(args.first(), is_async=False, yields=True)

    @staticmethod
    def _is_of_kind(given: Set, *, is_async: bool, yields: bool) -> Set:
        """Whether functions are async, or generators."""
        functions = [value for value in given if isinstance(value, Function)]
        if not given or len(functions) < len(given):
            return ANY
        kinds = [(isinstance(f.node, ast.AsyncFunctionDef), f.is_generator) == (is_async, yields) for f in functions]
        return tuple({YES if kind else NO: None for kind in kinds})

    def _handing_on(self, act: Activation, args: Args, node: Any) -> Set:
        return external("functools.wraps", called=True)

    def _default_dict(self, act: Activation, args: Args, node: Any) -> Set:
        box = self.box(act, node, "dict")
        box.factory = args.first()
        return (box,)

    def _one_of(self, act: Activation, args: Args, node: Any) -> Set:
        return self.elements(act, args.first())

    def _chain(self, act: Activation, args: Args, node: Any) -> Set:
        return (Generator(None, join(self.elements(act, values) for values in args.positional)),)

    def _entered(self, act: Activation, value: Object) -> Set:
        raise NotImplementedError

    def _named_tuple(self, act: Activation, args: Args, node: Any) -> Set:
        """The class that ``namedtuple("Point", "x y")`` makes."""
        title = text(args.first())
        given = args.positional[1] if len(args.positional) > 1 else NOTHING
        listed = text(given)
        names: list[Any] = listed.replace(",", " ").split() if listed is not None else []
        if listed is None and given and isinstance(given[0], Box):
            names = consts(join(given[0].items.values())) or []
        if title is None or not all(isinstance(name, str) and name.isidentifier() for name in [title, *names]):
            return ANY
        body = "\n".join(f" {name}: object" for name in names) or " pass"
        tree = ast.parse(f"class {title}:\n{body}").body[0]
        if not isinstance(tree, ast.ClassDef):
            return ANY

        def new() -> Class:
            env = Env("class", Names(frozenset(), frozenset(), False), act.env)
            cls = Class(tree, f"{act.name}.{title}", env, act.path)
            cls.bases = [External("typing.NamedTuple")]
            cls.mro = [cls, *cls.bases]
            return cls

        return (self.make(act, (node, "class"), new),)

    def _carry(self, act: Activation, row: tuple[int | None, str | None], name: str, args: Args, node: Any) -> Set:
        place, keyword = row
        functions: Set = NOTHING
        if keyword is not None and keyword in args.named:
            functions = args.named[keyword]
        elif place is not None and place < len(args.positional):
            functions = args.positional[place]
        extra = args.positional[place + 1 :] if place is not None else []
        if name.startswith(("threading.", "multiprocessing.Process")):
            boxes = [b for b in args.named.get("args", NOTHING) if isinstance(b, Box)]
            extra = [b.items.get(i, ANY) for b in boxes for i in range(len(b.items))]
        elif name in ("functools.reduce", "itertools.groupby", "heapq.nlargest") or name.endswith(".map"):
            held = join(self.elements(act, values) for values in args.positional if values is not functions)
            extra = [held, held] if name == "functools.reduce" else [held]
        functions = tuple(f for f in functions if not isinstance(f, (Const, External, Instance, Generator))
                          or (isinstance(f, Instance) and self.find(f.cls, "__call__")))  # fmt: skip
        return self.call_all(act, functions, Args(extra, {}), node) if functions else NOTHING
