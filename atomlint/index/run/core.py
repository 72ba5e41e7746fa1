"""What every part of the machine shares: activations, edges, allocation, and what the parts ask of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from .objects import NOTHING, UNKNOWN, Box, Class, Const, Env, External, Function, Instance, Object, Set
from .scopes import Scopes
from .state import Delta, State

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

T = TypeVar("T", bound=Object)
ANY: Set = (UNKNOWN,)


class Args(NamedTuple):
    """Arguments of one call; ``rest`` and ``named_rest`` are those whose place or name is not known."""

    positional: list[Set]
    named: dict[str, Set]
    rest: Set | None = None
    named_rest: Set | None = None

    def all(self) -> list[Set]:
        """Every argument."""
        return [*self.positional, *self.named.values(), *filter(None, (self.rest, self.named_rest))]

    def first(self) -> Set:
        """The first positional argument, or nothing."""
        return self.positional[0] if self.positional else NOTHING


class Exhausted(Exception):  # noqa: N818 - it is no mistake
    """There is more to run than was allowed."""


class Turn:
    """One loop that is being run: the states at its ``continue`` and ``break`` statements."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.continues: list[Delta] = []
        self.breaks: list[Delta] = []


class Activation:
    """One run of a module, function or lambda body."""

    def __init__(self, name: str | None, env: Env, path: str, function: Function | None = None) -> None:
        self.name, self.env, self.path, self.function = name, env, path, function
        self.receiver: Set = NOTHING
        self.returns: list[Set] = []
        self.yields: list[Set] = []
        self.ends: list[Delta] = []
        self.ended = False
        self.base = 0
        self.loops: list[Turn] = []
        self.tries: list[tuple[int, list[Delta], list[Set]]] = []
        self.made: dict[Any, Object] = {}
        self.turns: tuple[int, ...] = ()
        self.dead = 0
        """How many branches are open that cannot be taken: their calls count, what they leave behind does not."""


class Core:
    """State, edges and allocation; the methods without a body are the parts'."""

    def __init__(self) -> None:
        self.scopes = Scopes()
        self.state = State()
        self.edges: dict[str, dict[str, None]] = {}
        self.stack: list[Activation] = []
        self.classes: list[Class] = []
        self.runs: dict[ast.AST, int] = {}
        self.summaries: dict[ast.AST, Set] = {}
        self.generic: dict[Class, Instance] = {}
        self.steps = 0
        """Statements run so far."""
        self.max_steps = 1 << 60

    def edge(self, act: Activation, target: str) -> None:
        """Note that an activation calls something."""
        if act.name is not None:
            self.edges.setdefault(act.name, {})[target] = None

    def make(self, act: Activation, key: Any, factory: Callable[[], T]) -> T:
        """An object made at a place: the same one when the place runs again in the same activation."""
        full = (key, act.turns)
        known = act.made.get(full)
        if known is None:
            known = act.made[full] = factory()
        elif isinstance(known, (Instance, Box)):
            known.many = True
        return known  # type: ignore[return-value]

    def box(self, act: Activation, key: Any, kind: str, elements: list[Set] | None = None) -> Box:
        """A container made at a place; ``elements`` by index."""
        box = self.make(act, (key, "box", kind), lambda: Box(kind))
        if elements is not None:
            if not box.many:
                self.state.write(box.size, "n", len(elements))
            for index, element in enumerate(elements):
                self.put(box, index, element)
        return box

    def put(self, box: Box, key: Any, value: Set) -> None:
        """Store under a constant key."""
        if box.many:
            self.state.add(box.items, key, value)
        else:
            self.state.write(box.items, key, value)

    def add_rest(self, box: Box, value: Set, which: str = "v") -> None:
        """Store under a key that is not known."""
        self.state.add(box.rest, which, value)
        if box.size.get("n") is not None:
            self.state.write(box.size, "n", None)

    def value(self, values: Set) -> Set:
        """A result: unknown rather than nothing."""
        return values or ANY

    # --- what the parts do -----------------------------------------------------------------------------------------

    def attribute(self, act: Activation, obj: Object, name: str) -> Set:
        raise NotImplementedError

    def find(self, cls: Class, name: str, after: Class | None = None) -> Set | None:
        raise NotImplementedError

    def special(self, act: Activation, obj: Object, name: str, args: Args) -> Set | None:
        raise NotImplementedError

    def set_attribute(self, act: Activation, obj: Object, name: str, value: Set, *, strong: bool) -> None:
        raise NotImplementedError

    def call(self, act: Activation, callee: Object, args: Args, node: ast.AST) -> Set:
        raise NotImplementedError

    def call_all(self, act: Activation, callees: Set, args: Args, node: ast.AST) -> Set:
        raise NotImplementedError

    def instance_of(self, cls: Class) -> Instance:
        raise NotImplementedError

    def iterate(self, act: Activation, values: Set) -> list[Set] | Set:
        raise NotImplementedError

    def elements(self, act: Activation, values: Set) -> Set:
        raise NotImplementedError

    def visit(self, act: Activation, node: ast.expr) -> Set:
        raise NotImplementedError

    def block(self, act: Activation, body: list[ast.stmt]) -> bool:
        raise NotImplementedError

    def annotated(self, act: Activation, env: Env, annotation: ast.expr | None) -> Set:
        raise NotImplementedError

    def import_module(self, path: str, dotted: str, level: int) -> Set:
        raise NotImplementedError


def text(values: Set) -> str | None:
    """The one string constant that a set is, or None."""
    if len(values) == 1 and isinstance(values[0], Const) and isinstance(values[0].value, str):
        return values[0].value
    return None


def consts(values: Set) -> list[Any] | None:
    """Constants when the set holds nothing else, or None."""
    found = [value.value for value in values if isinstance(value, Const)]
    return found if found and len(found) == len(values) else None


def external(name: str, *, called: bool = False, held: Set = NOTHING) -> Set:
    """Something of a library."""
    return (External(name, called=called, held=held),)


def problem_of(error: Exception) -> str:
    """Why a text does not parse, with the place where it is known."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    return "it nests too deep" if isinstance(error, RecursionError) else str(getattr(error, "msg", error))
