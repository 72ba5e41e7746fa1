"""What is done with one file by itself, in any process: needles, imports, text rules, and facts when they are wanted."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .finding import Finding
from .kinds import kind_of
from .needles import Needles
from .packing import SECOND_FORM, pack, unpack
from .report import Trouble
from .source import DecodeError, Source
from .text import Text, TextContext
from .workspace import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .declare import Rule

IMPORT = re.compile(
    rb"\n[ \t\f]*(?:from(?:[ \t]+|(?=\.))(\.+(?=[ \t]*import\b)|\.*\w[\w.]*(?=[ \t]))[ \t]*import\b[ \t]*"
    rb"(\([^)#]{0,4000}(?:#[^\n]{0,400}\n[^)#]{0,4000}){0,300}\)|[^\n;]+)|import[ \t]+([^\n;]+))"
)
"""An import statement after the end of a line: `re` finds that at memory speed, and a beginning of lines ten times slower."""
COMMENT = re.compile(rb"#[^\n]*")
FIRST_WORDS = re.compile(rb"(?:^|,)[^\w.,]*([\w.]+)")
LINE_END = re.compile(rb"\r\n|\r|\n")


class Imported(NamedTuple):
    """One import, read from bytes alone: enough for the import graph, not for names."""

    level: int
    module: str
    names: list[str]


class SyntaxProblem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Why a Python file has no facts."""

    message: str
    line: int = 1
    column: int = 1
    needs: str = ""
    """The Python that can read it, such as ``3.14``, when this one is too old for it."""


class Crash(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An exception in a rule."""

    rule: str
    message: str
    traceback: str = ""


class Scan(msgspec.Struct, array_like=True, gc=False):
    """What one file says by its bytes."""

    needs: list[str] = []
    """Needles of the enabled rules that it holds."""
    imports: list[Imported] = []
    findings: list[Finding] = []
    """Of text rules."""
    crashes: list[Crash] = []
    has_directives: bool = False
    problem: SyntaxProblem | None = None
    """Why its text could not be read by a rule that wanted to."""


class Task(NamedTuple):
    """One file to look at; ``data`` is set when its bytes do not come from disk."""

    path: str
    data: bytes | None
    is_test: bool
    scan: bool
    facts: bool
    """Whether to extract facts; along with a scan, only when the file holds a needle."""


class Result(NamedTuple):
    """Encoded results of one task; what was not asked for, or could not be had, is empty."""

    scan: bytes
    facts: bytes
    """Encoded `Facts`, or empty with ``problem`` set."""
    spans: bytes
    problem: bytes
    """Encoded `SyntaxProblem`."""
    cpu: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """CPU seconds: prefilter, text rules, facts."""
    failure: Trouble | None = None
    """Why the file was not looked at, when its content is not to blame: nothing of this may be kept for another run."""


class Setup(NamedTuple):
    """What every process needs to know; picklable."""

    root: str
    needles: tuple[str, ...]
    text_rules: tuple[str, ...]
    options: dict[str, dict[str, Any]]
    key: bytes


class _State:
    root = ""
    """With a separator at its end."""
    needles = Needles(())
    rules: tuple[Rule, ...] = ()
    setup: Setup | None = None


STATE = _State()
ENCODE = msgspec.msgpack.Encoder()


def begin(setup: Setup) -> None:
    """Prepare this process for `look`."""
    from .registry import Registry

    if STATE.setup == setup:
        return
    STATE.setup = setup
    STATE.root = os.path.join(setup.root, "")  # noqa: PTH118 - joined to every path
    STATE.needles = Needles(setup.needles)
    registry = Registry() if setup.text_rules else None
    STATE.rules = tuple(registry.rule(rule_id) for rule_id in setup.text_rules) if registry else ()


def look(task: Task) -> Result:
    """Do what a task asks for. Bad input gives problems, never exceptions."""
    data = read(STATE.root + task.path, task.path, task.data)
    if isinstance(data, Trouble):
        return failed(data)
    try:
        return _look(task, Source(task.path, data))
    except Exception as error:  # one file must not take down the run
        crash = crash_of("", error)
        return failed(Trouble("worker", task.path, f"could not be looked at: {crash.message}"))


def failed(trouble: Trouble) -> Result:
    """The result of a task that could not be done."""
    return Result(pack(Scan()), b"", b"", b"", failure=trouble)


def _look(task: Task, source: Source) -> Result:
    start = time.process_time()
    scanned = scan_bytes(source, is_test=task.is_test) if task.scan else Scan()
    middle = time.process_time()
    if task.scan:
        run_text_rules(scanned, source, is_test=task.is_test)
    last = time.process_time()
    wanted = task.facts and (not task.scan or bool(scanned.needs))
    facts = facts_of(source) if wanted else (b"", b"", b"")
    cpu = (middle - start, last - middle, time.process_time() - last)
    return Result(pack(scanned) if task.scan else b"", *facts, cpu)


def scan_bytes(source: Source, *, is_test: bool) -> Scan:
    """Needles and imports of a file."""
    data = source.data
    scan = Scan(has_directives=b"atomlint:" in data)
    if source.path.endswith(".py") and not is_test:
        if b"\0" in data:
            data = data.replace(b"\0", b"")  # no Python, but what UTF-16 spells is to be missed by somebody
        scan.needs = STATE.needles.of(data)
        scan.imports = read_imports(data)
    return scan


def run_text_rules(scan: Scan, source: Source, *, is_test: bool) -> None:
    """Add the findings of text rules, and what went wrong with them, to a scan."""
    setup = STATE.setup
    text = Text(source, kind_of(source.path), is_test)
    for rule in STATE.rules:
        if is_test and not rule.tests:
            continue
        context = TextContext(rule, setup.options.get(rule.id, {}) if setup else {}, setup.key if setup else b"")
        try:
            if rule.nominate(text):
                scan.findings += checked(rule.handlers["*"](context, text))
        except DecodeError as error:
            scan.problem = undecodable(source, error)
        except Exception as error:  # a rule may raise anything; the others go on
            scan.crashes.append(crash_of(rule.id, error))


def checked(findings: Iterable[Any]) -> Iterator[Finding]:
    """What a handler yields, unless that is no finding.

    Raises:
        TypeError: see above.
    """
    for finding in findings:
        if not isinstance(finding, Finding):
            raise TypeError(f"a handler yields findings, not {type(finding).__name__}")
        yield finding


def crash_of(rule_id: str, error: Exception) -> Crash:
    """What is kept of an exception in a rule; its text may quote a secret of the analysed code, so it is masked."""
    import traceback

    from .facts.mask import mask

    said = mask(next(iter(str(error).splitlines()), ""))
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return Crash(rule_id, f"{type(error).__name__}: {said}", "".join([*lines[:-1], f"{type(error).__name__}: {said}"]))


def read_imports(data: bytes) -> list[Imported]:
    """The import statements of a file, by its bytes; what stands in strings may be read too, which only costs time."""
    found: list[Imported] = []
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\\\n" in data:
        data = data.replace(b"\\\n", b" ")
    for module, names, plain in IMPORT.findall(b"\n" + data):
        words = [word.decode() for word in FIRST_WORDS.findall(COMMENT.sub(b"", names or plain))]
        if plain:
            found += [Imported(0, word, []) for word in words]
        else:
            level = len(module) - len(module.lstrip(b"."))
            found.append(Imported(level, module[level:].decode(), words))
    return found


def facts_of(source: Source) -> tuple[bytes, bytes, bytes]:
    """Encoded facts, spans and problem of a Python file."""
    from .facts.extract import extract

    try:
        text = source.text
    except DecodeError as error:
        return b"", b"", ENCODE.encode(undecodable(source, error))
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the analysed code, such as invalid escapes
            facts, spans = extract(text)
    except SyntaxError as error:
        return b"", b"", ENCODE.encode(_problem(source, text, error))
    return ENCODE.encode(facts), ENCODE.encode(spans), b""


def undecodable(source: Source, error: DecodeError) -> SyntaxProblem:
    """The problem of bytes that are no text, at the line where they stop being one."""
    return SyntaxProblem(str(error), 1 + LINE_END.subn(b"", source.data[: error.offset])[1])


def _problem(source: Source, text: str, error: SyntaxError) -> SyntaxProblem:
    from .syntax.newer import needed

    line = min(max(error.lineno or 1, 1), len(source.lines))
    column = max(error.offset or 1, 1)
    if error.lineno is None and "\0" in text:
        place = source.position(text.index("\0"))
        line, column = place.line, place.column
    return SyntaxProblem(str(error.msg), line, column, needed(text, str(error.msg)))


def decode_scans(blobs: Sequence[bytes]) -> list[Scan]:
    """Decode what `look` encoded."""
    decoder = msgspec.msgpack.Decoder(Scan)
    return [decoder.decode(blob) if blob[:1] != SECOND_FORM else unpack(blob, Scan) for blob in blobs]
