"""LibCST's nodes find their facts by ordinal: what LibCST calls the n-th call or scope of a file is what ``ast`` calls so."""

from __future__ import annotations

import importlib.util
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.facts.extract import extract
from atomlint.source import Source
from atomlint.syntax.statements import MAX_DEPTH, Statement, SyntaxDepthError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.finding import Span

MODULES = [
    "argparse", "ast", "asyncio.events", "asyncio.streams", "base64", "bdb", "bisect", "calendar", "cmd", "code",
    "codeop", "collections", "configparser", "contextlib", "copy", "csv", "dataclasses", "dis", "email.message", "enum",
    "fileinput", "fractions", "functools", "glob", "hashlib", "http.cookies", "json.decoder", "logging.handlers",
    "mailbox", "numbers", "optparse", "pathlib", "platform", "queue", "random", "sched", "selectors", "shelve", "string",
    "textwrap", "threading", "types", "uuid", "weakref", "xml.dom.minidom",
]  # fmt: skip
NAMES = {"FunctionDef": "function", "ClassDef": "class", "Lambda": "lambda"}


def wrong(data: bytes) -> Iterator[str]:
    """Where a call or scope of a file is not what LibCST has at its ordinal, or stands elsewhere; one line each."""
    source = Source("app.py", data)
    facts, spans = extract(source.text)
    made: dict[tuple[int, int], Statement] = {}

    def statement(**ordinal: int) -> Statement:
        fresh = Statement(source, facts, spans, **ordinal)
        return made.setdefault((fresh.first, fresh.last), fresh)

    for ordinal in range(len(facts.calls)):
        line, column, end_line, end_column = spans.calls[4 * ordinal : 4 * ordinal + 4]
        expected = source.from_utf8(line, column), source.from_utf8(end_line, end_column)
        owner = statement(call=ordinal)
        span: Span = owner.span(owner.node("call", ordinal))
        if (span.start, span.end) != expected:
            yield f"call {ordinal}: {span.start}-{span.end} by LibCST, {expected[0]}-{expected[1]} by ast"
    for ordinal, scope in enumerate(facts.scopes[1:], 1):
        owner = statement(scope=ordinal)
        node = owner.node("scope", ordinal)
        name = getattr(getattr(node, "name", None), "value", "<lambda>")
        if (NAMES[type(node).__name__], name) != (scope.kind, scope.name):
            yield f"scope {ordinal}: {name} by LibCST, {scope.name} by ast"
        if owner.place(node) != ("scope", ordinal):
            yield f"scope {ordinal}: is placed at {owner.place(node)}"


def mismatches(code: str) -> list[str]:
    return list(wrong(textwrap.dedent(code).lstrip("\n").encode()))


@pytest.mark.parametrize("name", MODULES)
def test_the_nodes_of_a_real_module_are_those_of_its_facts(name):
    spec = importlib.util.find_spec(name)
    assert list(wrong(Path(spec.origin).read_bytes())) == []


@pytest.mark.parametrize(
    "code",
    [
        "@a(b())\n@c\ndef f(x=d(), *y: e(), z: g() = h(), **k) -> i(): return j()",
        "@a()\nclass A(b(), c(), metaclass=d(), e=f()):\n    x = g()\n    @h()\n    def m(self): i()\n    y = j()",
        "class A:\n    class B:\n        class C:\n            x = f()\n        def m(self): g()\n    z = h()",
        "class A: x = f(); y = g()\nh()",
        "class A: pass\nclass B(f()): g()",
        "class A(\n    f(),\n): x = g()",
        "class A:\n    '''doc'''; x = f()\n    y = g(); z = h()",
        "a(); b(); c()\nd()",
        "x = a(); y = (\n    b()\n); z = c()\nd()",
        "if a(): b(); c()\nelif d():\n    e()\nelse: f()",
        "async def f():\n    async with a() as b, c(): await d()\n    async for e in g(): h()\n    return [i() async for j in k]",
        "class A:\n\tdef m(self):\n\t\tf()\n\n\tdef n(self): g()",
        "def f():\n\tif a:\n\t        g()\n\th()",
        "x = 'é' + f('ü', g()) + h()\nü = k(é=l())",
        "x = f'{a()}{b()!r:>{c()}}' 'd' f'{e()}'",
        "f(*a(), b=c(), *d(), **e())",
        "x = lambda a=f(), *b: lambda: g()\ny = h(lambda: i())",
        "x = a() if b() else c()",
        "x = [a() for b in c() if d() for e in f() if g()]\ny = {h(): i() for j in k()}\nz = (l() for m in n())",
        "a()[b():c():d(), e()] = f()\ng().h += i()\ndel j().k\nl().x: m() = n()",
        "with a() as b().c, (d()): pass\nwith (e() as f, g() as h): i()",
        "try: a()\nexcept b() as c: d()\nelse: e()\nfinally: f()",
        "while a(): b()\nelse: c()",
        "for a().b in c(): d()\nelse: e()",
        "match a():\n    case B(c=1) if d(): e()\n    case [f, *g] | {'h': _}: i()",
        "assert a(), b()\nraise c() from d()",
        "a().b(c().d(e())).f(g()).h",
        "(a)(b())((c)())",
        "not a() and -b() + c() < d() <= e() in f()",
        "x = a(b)  # c(d)\ny = 'e(f)'; g()",
        "print(a := b(), (yield_ := c()))",
        "def f():\n    yield a()\n    x = yield from b()\n    return (yield)",
        "x = a() \\\n    + b()\ny = c(\n    d(),  # e\n)\n",
        "def f(): return a()\nasync def g(): await b()",
        "@a\n\n# b\n@c()\n# d\ndef f():\n    e()",
        "global x\nimport a; from b import c; d()",
        "class A:\n    if a():\n        def m(self): b()\n    else:\n        def m(self): c()\n    d()",
    ],
)
def test_the_nodes_of_a_construct_are_those_of_its_facts(code):
    assert mismatches(code) == []


BODY = "a()\n\n\nclass A(b()):\n    x = c()\n\n    @d()\n    def m(self):\n        return e(f())\n\n\n@g\ndef h():\n    i()\n"


@pytest.mark.parametrize(
    "data",
    [
        BODY.replace("\n", "\r\n").encode(),
        BODY.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        BODY.replace("\nclass", "\n\x0c\nclass").replace("\n@g", "\n\x0c\n@g").encode(),
        BODY.replace("\nclass", "\n\x0cclass").replace("\n@g", "\n\x0c@g").encode(),
        BODY.replace("    @d()", "\x0c    @d()").encode(),
        b"# coding: latin-1\nx = '\xe9'; " + BODY.encode("latin-1"),
        BODY.rstrip().encode(),
        BODY.replace("    ", "\t").encode(),
        BODY.replace("a()", "a('\u2028', b)('''\n\x85\x0c''')").encode(),
    ],
    ids=[
        "CRLF",
        "CR",
        "BOM",
        "page breaks",
        "form feeds",
        "a form feed in a class",
        "latin-1",
        "no end",
        "tabs",
        "separators",
    ],
)
def test_the_bytes_around_the_code_move_no_node(data):
    assert list(wrong(data)) == []
    assert len(extract(Source("app.py", data).text)[0].calls) >= 7


# --- generated programs ------------------------------------------------------------------------------------------------

LEAVES = ["a", "é", "self.x", "1", "'s'", "'ü'", "f()", "None"]
OPERATORS = [
    "{}({})", "a.x({}, k={})", "({} + {})", "({}).y", "({})[{}:{}]", "[{} for a in {} if {}]", "({} if {} else {})",
    "(lambda a=({}): {})", "{{{}: {}, **{}}}", "(not {} or {} < {})", "f(*{}, k=({}), **{})", "f'{{{}}}é{{{}}}'", "(a := {})",
]  # fmt: skip
SIMPLE = ["{}", "x = {}", "x: {} = {}", "a[{}], b = {}", "x = 1; y = {}; {}", "assert {}, {}", "del a[{}]"]
COMPOUND = [
    "if {}:\n  $\nelif {}:\n  $\nelse:\n  $", "for a[{}] in {}:\n  $", "with {} as y, {}:\n  $", "while {}:\n  $\nelse:\n  $",
    "try:\n  $\nexcept {} as e:\n  $\nexcept {}:\n  $\nfinally:\n  $", "@a({})\n@b\ndef g(x=({}), *, y: {}) -> {}:\n  $",
    "class C({}, k={}):\n  x = {}\n  $\n\n  # note\n  $", "$\n\n# f()\n$", "match {}:\n  case A(b=1) if {}:\n    $\n  case _: {}",
    "class C: x = {}", "async def g():\n  await f({})\n  async with {}: {}\n  $",
]  # fmt: skip


class Program:
    """A program that a random generator decides on."""

    def __init__(self, random):
        self.random = random

    def fill(self, template: str, depth: int) -> str:
        return re.sub(
            r"(?<!\{)\{\}(?!\})|\{\{|\}\}", lambda m: m[0][0] if m[0] != "{}" else self.expression(depth), template
        )

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.3:
            return self.random.choice(LEAVES)
        template = self.random.choice(OPERATORS)
        if template.startswith("f'"):  # no quotes inside before Python 3.12
            return self.fill(template, 0).replace("'s'", "7").replace("'ü'", "ü")
        return self.fill(template, depth - 1)

    def statement(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.4:
            return self.fill(self.random.choice(SIMPLE), 2)
        lines = self.random.choice(COMPOUND).split("\n")
        return "\n".join(self.line(line, depth - 1) for line in lines)

    def line(self, line: str, depth: int) -> str:
        if line.strip() == "$":
            return textwrap.indent(self.statement(depth), line[: line.index("$")])
        return self.fill(line, 2)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_nodes_of_any_program_are_those_of_its_facts(random):
    made = Program(random)
    code = "\n".join(made.statement(3) for _ in range(4))
    assert list(wrong(code.encode())) == [], code


# --- how much is parsed ------------------------------------------------------------------------------------------------


def statement(code: str, **ordinal: int) -> Statement:
    source = Source("app.py", code.encode())
    return Statement(source, *extract(source.text), **ordinal)


def test_only_the_statement_that_holds_the_candidate_is_parsed():
    code = "a()\nb()\nclass A:\n    c()\n    def m(self):\n        d()\n    e()\nf()\n"
    lines = [(s.first, s.last) for s in (statement(code, call=n) for n in range(6))]
    assert lines == [(1, 1), (2, 2), (4, 4), (5, 6), (7, 7), (8, 8)]
    assert (statement(code, scope=1).first, statement(code, scope=1).last) == (3, 7)
    assert (statement(code, scope=2).first, statement(code, scope=2).last) == (5, 6)


def test_a_node_of_another_statement_is_not_found():
    with pytest.raises(KeyError):
        statement("a()\nb()\n", call=0).node("call", 1)


def test_a_statement_that_nests_too_deep_is_refused_and_its_neighbours_are_not():
    code = f"a()\nx = {'+'.join(['b'] * (MAX_DEPTH + 10))} + c()\n"
    code += f"class A:\n    d()\n    x = {'+'.join(['b'] * (MAX_DEPTH + 500))} + e()\nf()\n"
    for call in (0, 2, 4):
        assert type(statement(code, call=call).node("call", call)).__name__ == "Call"
    for call in (1, 3):
        with pytest.raises(SyntaxDepthError):
            statement(code, call=call)
    with pytest.raises(SyntaxDepthError):
        statement(code, scope=1)


def test_places_are_found_in_a_statement_that_nests_deeper_than_the_usual_stack():
    code = f"x = {'+'.join(['b'] * 500)} + c()\n"
    found = statement(code, call=0)
    assert found.span(found.node("call", 0)).start.column == len(code) - 3
