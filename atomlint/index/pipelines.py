"""What is queued on a pipeline before it is sent: how many commands, and how often a loop queues them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .rows import Operation
from .tables import Table, dotted
from .terms import Each, Factor

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .linker import Linker
    from .project import Project
    from .rows import Client

SENDING = frozenset({"execute", "exec", "watch", "unwatch", "multi", "reset", "discard", "close", "aclose"})
"""Methods of a pipeline that queue nothing."""
BRANCHES = frozenset({"if", "else", "except", "after"})
LOOPS = frozenset({"for", "while", "comp"})
MAX_LINKS = 60


class Queue(NamedTuple):
    """Commands queued on a pipeline when it is sent."""

    least: int = 0
    nominal: int = 0
    """Every call that queues, once."""
    most: int | None = 0
    """None when a loop, or a function that the pipeline is handed to, queues."""
    factors: tuple[Factor, ...] = ()
    is_local: bool = True
    """Whether the pipeline is made in the same function, so that all that is queued is seen."""
    transaction: bool = True
    """False when it was made with ``transaction=False``."""


class Pipelines:
    """Counts what functions queue; a pipeline is followed inside of one function, through its chained calls."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.project: Project | None = None
        """Set by the project, for its loops; without it every loop has no bound."""

    def operation(
        self, path: str, call: int, client: Client, method: str
    ) -> tuple[Operation | None, tuple[Factor, ...]]:
        """What a call of a pipeline's method sends: what is queued, or a command after ``watch``; None when it only queues."""
        if method not in client.executes:
            return (Operation(client.resource, method) if self._is_immediate(path, call, method) else None), ()
        queue = self.queued(path, call)
        if queue.most == 0 and queue.is_local:
            return None, ()  # redis-py sends nothing for an empty pipeline
        extra = client.transaction if queue.transaction else 0
        unknown = queue.most is None or not queue.is_local
        least = queue.least + extra if queue.least else 0
        operation = Operation(
            client.resource, "pipeline", 1, queue.nominal + extra, 1, None if unknown else (queue.most or 0) + extra, unknown,
            1 if queue.least else 0, least,
        )  # fmt: skip
        return operation, queue.factors

    def transaction(self, path: str, call: int, operation: Operation) -> Operation:
        """``client.transaction(function, key)``: WATCH, what the function reads, MULTI, what it queues, EXEC; once."""
        record = self.linker.table(path).facts.calls[call]
        given = self.linker.evaluate(path, record.scope, record.args[0]) if record.args else ()
        functions = [value for value in given if value.kind == "def"]
        if len(functions) != 1:
            return operation
        table = self.linker.table(functions[0].place)
        params = table.facts.scopes[functions[0].scope].params
        names = [
            callee.rpartition(".")[2]
            for ordinal in table.calls_in.get(functions[0].scope, ())
            if type(callee := table.facts.calls[ordinal].callee) is str
            and params
            and callee.rpartition(".")[0] == params[-1].name
        ]
        first = names.index("multi") if "multi" in names else len(names)
        queued = sum(name not in SENDING for name in names[first:])
        read = sum(name not in SENDING for name in names[:first])
        sent = 2 + queued if queued else 0
        return Operation(operation.resource, operation.name, 1 + read + bool(sent), 1 + read + sent)

    def _is_immediate(self, path: str, call: int, method: str) -> bool:
        """Whether a command is sent at once: ``watch`` itself, and what stands between it and ``multi``."""
        if method in ("watch", "unwatch"):
            return True
        if method in SENDING:
            return False
        table = self.linker.table(path)
        record = table.facts.calls[call]
        root = self._root(table, record.callee)
        watching = False
        for ordinal in table.calls_in.get(record.scope, ()):
            if ordinal >= call:
                break
            callee = table.facts.calls[ordinal].callee
            if type(callee) is str and callee.rpartition(".")[0] == root:
                name = callee.rpartition(".")[2]
                watching = name == "watch" or (watching and name not in SENDING)
        return watching

    def queued(self, path: str, call: int) -> Queue:
        """What the pipeline holds that a call of ``execute`` sends."""
        table = self.linker.table(path)
        record = table.facts.calls[call]
        root = self._root(table, record.callee)
        scope = record.scope
        sent_in = set(table.frames(record.frame))
        least, nominal, handed = 0, 0, False
        most: int | None = 0
        factors: dict[Factor, None] = {}
        for ordinal in table.calls_in.get(scope, ()):
            other = table.facts.calls[ordinal]
            if ordinal == call or (ordinal > call and not self._inside(table, call, ordinal)):
                continue
            if root in other.args and dotted(root):
                handed = True
            receiver = self._root(table, other.callee)
            method = other.callee.rpartition(".")[2] if type(other.callee) is str else ""
            if receiver != root or root == "" or method == "pipeline":
                continue
            if method in ("execute", "exec", "reset"):
                if not self._between(table, ordinal, sent_in) and ordinal < call:
                    least, nominal, most, factors = 0, 0, 0, {}
                continue
            if method in SENDING or self._is_immediate(path, ordinal, method):
                continue
            nominal += 1
            low, high, found = self._times(table, ordinal, sent_in)
            least += low
            most = None if most is None or high is None else most + high
            factors.update(dict.fromkeys(found))
        if handed:
            most = None
        made = self._made(table, scope, root)
        given = None if made is None else dict(made.keywords).get("transaction", made.args[0] if made.args else None)
        return Queue(least, nominal, most, tuple(factors), made is not None, given != "#False")

    def _root(self, table: Table, callee: Expr) -> str:
        """The name (or the call ``@n`` that makes the pipeline) that a chain of queueing calls begins with."""
        receiver = callee.rpartition(".")[0] if type(callee) is str else ""
        for _ in range(MAX_LINKS):
            if receiver[:1] != "@" or "." in receiver:
                return receiver
            inner = table.facts.calls[int(receiver[1:])].callee
            if type(inner) is not str or inner.rpartition(".")[2] in ("pipeline", "multi") or "." not in inner:
                return receiver
            receiver = inner.rpartition(".")[0]
        return receiver

    def _inside(self, table: Table, outer: int, inner: int) -> bool:
        """Whether a call stands in the callee of another: in ``p.get("a").execute()`` the last call comes first."""
        receiver = table.facts.calls[outer].callee
        for _ in range(MAX_LINKS):
            if type(receiver) is not str or receiver[:1] != "@":
                return False
            ordinal = int(receiver[1:].partition(".")[0])
            if ordinal == inner:
                return True
            receiver = table.facts.calls[ordinal].callee
        return False

    @staticmethod
    def _between(table: Table, ordinal: int, sent_in: set[int]) -> bool:
        """Whether a call may not run although the sending one does."""
        frames = table.frames(table.facts.calls[ordinal].frame)
        return any(f not in sent_in and table.facts.frames[f].kind in BRANCHES for f in frames)

    def _times(self, table: Table, ordinal: int, sent_in: set[int]) -> tuple[int, int | None, list[Factor]]:
        """How often a call queues before one sending."""
        least = 1
        factors: list[Factor] = []
        most: int | None = 1
        loops = {}
        if self.project is not None:
            loops = {loop.frame: loop for loop in self.project.loops.around(table.path, ordinal)}
        for frame in table.frames(table.facts.calls[ordinal].frame):
            kind = table.facts.frames[frame].kind
            if frame in sent_in:
                continue
            if kind in BRANCHES:
                least = 0
            elif kind in LOOPS:
                loop = loops.get(frame)
                if loop is not None and loop.kind == "constant" and loop.count is not None:
                    least, most = least * loop.count, None if most is None else most * loop.count
                else:
                    least, most = 0, None
                    factors.append(Each(loop.name if loop is not None else ""))
        return least, most, factors

    @staticmethod
    def _made(table: Table, scope: int, root: str) -> Call | None:
        """The call of the same function that made a pipeline, or None."""
        made = root
        if root[:1] != "@":
            values = [
                a.value for a in (table.facts.assigns[p] for p in table.assigns_in.get(scope, ())) if a.target == root
            ]
            made = next((v for v in reversed(values) if type(v) is str and v[:1] == "@" and "." not in v), "")
        return table.facts.calls[int(made[1:].partition(".")[0])] if made else None
