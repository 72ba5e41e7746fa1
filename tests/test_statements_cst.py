"""LibCST's nodes find their facts by ordinal: what LibCST calls the n-th call or scope of a file is what ``ast`` calls so."""

from __future__ import annotations

import importlib.util
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
    "abc", "argparse", "ast", "asyncio.events", "asyncio.streams", "base64", "bdb", "bisect", "calendar", "cmd", "code",
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
        "async def f():\n    async with a() as b, c(): await d()\n    async for e in g(): h()\n    return [i() async for j in k()]",
        "class A:\n\tdef m(self):\n\t\tf()\n\n\tdef n(self): g()",
        "def f():\n\tif a:\n\t        g()\n\th()",
        "x = 'é' + f('ü', g()) + h()\nü = k(é=l())",
        "x = f'{a()}{b()!r:>{c()}}' 'd' f'{e()}'",
        "f(*a(), b=c(), *d(), **e())",
        "x = lambda a=f(), *b: lambda: g()\ny = h(lambda: i())",
        "x = a() if b() else c()",
        "x = [a() for b in c() if d() for e in f() if g()]\ny = {h(): i() for j in k()}\nz = (l() for m in n())",
        "a()[b():c():d(), e()] = f()\ng().h += i()\ndel j().k\nl(): m() = n()",
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
    ids=["CRLF", "CR", "BOM", "page breaks", "form feeds", "a form feed in a class", "latin-1", "no end", "tabs", "separators"],
)
def test_the_bytes_around_the_code_move_no_node(data):
    assert list(wrong(data)) == []
    assert len(extract(Source("app.py", data).text)[0].calls) >= 8


# --- generated programs ------------------------------------------------------------------------------------------------

NAME = st.sampled_from(["a", "b", "é", "self"])
EXPRESSION = st.recursive(
    NAME | st.sampled_from(["1", "'s'", "'ü'", "f()", "None"]),
    lambda inner: st.one_of(
        st.builds("{}({})".format, NAME, inner),
        st.builds("{}.x({}, k={})".format, NAME, inner, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("({}).y".format, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("[{} for a in {} if {}]".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda a=({}): {})".format, inner, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds("(not {} or {} < {})".format, inner, inner, inner),
        st.builds("f(*{}, k=({}), **{})".format, inner, inner, inner),
    ),
    max_leaves=8,
)
SIMPLE = st.one_of(
    EXPRESSION,
    st.builds("x = {}".format, EXPRESSION),
    st.builds("x: {} = {}".format, EXPRESSION, EXPRESSION),
    st.builds("a[{}] = {}".format, EXPRESSION, EXPRESSION),
    st.builds("x = 1; y = {}; {}".format, EXPRESSION, EXPRESSION),
    st.builds("assert {}, {}".format, EXPRESSION, EXPRESSION),
)


def block(header: str, *bodies: str) -> str:
    """A compound statement; its bodies stand between the lines of its header."""
    lines = []
    for head, body in zip(header.split("|"), bodies, strict=True):
        lines += [head, textwrap.indent(body, "    ")]
    return "\n".join(lines)


STATEMENT = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda e, b, c: block(f"if {e}:|else:", b, c), EXPRESSION, inner, inner),
        st.builds(lambda e, b: block(f"for x in {e}:", b), EXPRESSION, inner),
        st.builds(lambda e, b: block(f"with {e} as y:", b), EXPRESSION, inner),
        st.builds(lambda e, b, c: block(f"try:|except {e}:", b, c), EXPRESSION, inner, inner),
        st.builds(lambda e, b: block(f"@a({e})\ndef g(x=({e})):", b), EXPRESSION, inner),
        st.builds(lambda e, b, c: block(f"class C({e}):", f"{b}\n{c}"), EXPRESSION, inner, inner),
        st.builds(lambda b, c: f"{b}\n\n# note\n{c}", inner, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STATEMENT, min_size=1, max_size=3).map("\n".join))
def test_the_nodes_of_any_program_are_those_of_its_facts(code):
    assert list(wrong(code.encode())) == []


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
    code = f"a()\nx = {'+'.join(['b'] * (MAX_DEPTH + 10))} + c()\nclass A:\n    d()\n    x = {'+'.join(['b'] * 5000)} + e()\nf()\n"
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
