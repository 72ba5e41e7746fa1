"""What one file says by itself, construct by construct, in the notation that `atomlint.facts.records` describes."""

from __future__ import annotations

import sys
import textwrap

import msgspec
import pytest

from atomlint.facts.expressions import MAX_CALLS, MAX_ITEMS, MAX_NESTING
from atomlint.facts.extract import extract
from atomlint.facts.records import Facts


def facts(code: str) -> Facts:
    return extract(textwrap.dedent(code).lstrip("\n"))[0]


def value(code: str):
    """The notation of one expression."""
    return facts(f"x = {code}").assigns[-1].value


def frames(found: Facts, frame: int) -> list[str]:
    """Kinds of a frame and those around it, innermost first."""
    kinds = []
    while frame:
        kinds.append(found.frames[frame].kind)
        frame = found.frames[frame].parent
    return kinds


def around(found: Facts, callee: str) -> list[str]:
    """The frames around the call of a name."""
    return frames(found, next(call.frame for call in found.calls if call.callee == callee))


# --- expressions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "notation"),
    [
        ("a", "a"),
        ("a.b.c", "a.b.c"),
        ("f()", "@0"),
        ("f().a.b", "@0.a.b"),
        ("'text'", "'text"),
        ("'a' 'b'", "'ab"),
        ("b'bytes'", "?"),
        ("12", "#12"),
        ("-1.5", "#-1.5"),
        ("None", "#None"),
        ("True", "#True"),
        ("...", "#Ellipsis"),
        ("2 ** 3", ["bin", "**", "#2", "#3"]),
        (f"{10**30}", "?"),
        ("(a or b).c", [".", ["or", "a", "b"], "c"]),
        ("'x'.join", [".", "'x", "join"]),
        ("a[0]", ["sub", "a", "#0"]),
        ("a['k']['l']", ["sub", ["sub", "a", "'k"], "'l"]),
        ("a[1:2]", ["sub", "a", "?"]),
        ("a and b or not c", ["or", ["and", "a", "b"], ["not", "c"]]),
        ("a if t else b", ["if", "t", "a", "b"]),
        ("a == 1", ["cmp", "a", "==", "#1"]),
        ("1 < a <= 2", ["cmp", "#1", "<", "a", "<=", "#2"]),
        ("a is not None", ["cmp", "a", "is not", "#None"]),
        ("a not in b", ["cmp", "a", "not in", "b"]),
        ("a + b - c", ["bin", "-", ["bin", "+", "a", "b"], "c"]),
        ("~a", "?"),
        ("f'a{b}c{d!r:>{w}}'", ["f", "'a", "b", "'c", "d"]),
        ("[a, *b]", ["[]", "a", ["*", "b"]]),
        ("(a, b)", ["[]", "a", "b"]),
        ("{a}", ["[]", "a"]),
        ("{'k': a, **b}", ["{}", "'k", "a", "**", "b"]),
        ("[f(y) for y in z]", ["comp", "@0", "z"]),
        ("{k: v for k, v in z}", ["comp", ["[]", "k", "v"], "z"]),
        ("lambda a, *b, c=1: a", ["lambda", 1]),
        ("(y := f())", "@0"),
        ("(yield)", "?"),
    ],
)
def test_an_expression_has_one_notation(code, notation):
    assert value(code) == notation


def test_an_awaited_call_is_its_call_and_says_so():
    found = facts("async def f():\n    x = await g(h())\n    await y")
    assert [(call.callee, call.awaited) for call in found.calls] == [("g", True), ("h", False)]
    assert found.assigns[0].value == "@0"


def test_long_literals_are_data_and_their_calls_are_still_there():
    found = facts(f"x = [f(), {'1, ' * MAX_ITEMS}]\ny = {{{', '.join(f'{n}: g()' for n in range(MAX_ITEMS + 1))}}}")
    assert [assign.value for assign in found.assigns] == ["?", "?"]
    assert len(found.calls) == MAX_ITEMS + 2


def test_a_long_list_of_calls_is_wiring():
    wired, data = (facts(f"x = [a, {'f(), ' * number}]").assigns[0].value for number in (MAX_ITEMS + 1, MAX_CALLS))
    assert (len(wired), data) == (MAX_ITEMS + 3, "?")


@pytest.mark.parametrize(
    "code",
    ["not " * 300 + "f()", "1 if a else " * 300 + "f()", "(a or b)" + ".c" * 300 + ".d(f())", "a" + "[0]" * 300 + "[f()]",
     "[" * 150 + "f()" + "]" * 150, "+".join(["a"] * 300) + "+ f()"],
)  # fmt: skip
def test_what_nests_too_deep_to_be_wiring_is_cut_and_its_calls_are_still_there(code):
    found = facts(f"x = {code}")
    assert "f" in [call.callee for call in found.calls]
    assert depth(msgspec.to_builtins(found.assigns[0].value)) <= 2 * MAX_NESTING


def depth(item) -> int:
    return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0


@pytest.mark.parametrize("chain", ["+".join(["a"] * 1300), "a" + ".b" * 1300, "a" + ".b()" * 1300, "not " * 1300 + "a"])
def test_a_statement_of_thousands_of_levels_is_measured_and_its_neighbours_are_not(chain):
    _, spans = extract(f"f()\nx = {chain}\ng()\n")
    depths = [unit.depth for unit in spans.units]
    assert depths[0] < 10
    assert depths[2] < 10
    assert depths[1] >= 1299


# --- calls -------------------------------------------------------------------------------------------------------------


def test_calls_are_numbered_in_source_order():
    found = facts("a(b(c()), d=e())(f())\ng[h()](i() if j() else k())")
    assert [call.callee for call in found.calls] == [
        "@1",
        "a",
        "b",
        "c",
        "e",
        "f",
        ["sub", "g", "@7"],
        "h",
        "i",
        "j",
        "k",
    ]


def test_arguments_keep_their_order_in_the_source_when_keywords_stand_before_positional_ones():
    found = facts("f(a=g(), *h(), **i())")
    assert [call.callee for call in found.calls] == ["f", "g", "h", "i"]
    assert found.calls[0].args == [["*", "@2"]]
    assert found.calls[0].keywords == [("a", "@1"), ("**", "@3")]


def test_calls_know_their_scope():
    found = facts("f()\nclass A:\n    g()\n    def m(self, a=h()):\n        i()\n        return lambda: j()")
    names = {call.callee: found.scopes[call.scope].name for call in found.calls}
    assert names == {"f": "", "g": "A", "h": "A", "i": "m", "j": "<lambda>"}


def test_calls_in_targets_come_before_those_in_values():
    found = facts("a[f()] = g()\nfor b[h()] in i(): pass\nc[j()] += k()\nd[l()]: m() = n()")
    assert [call.callee for call in found.calls] == list("fghijklmn")


def test_an_assignment_stands_after_the_calls_that_it_needs():
    found = facts("a = f()\nb[g()] = h()\ni()")
    assert [(assign.target, assign.after) for assign in found.assigns] == [("a", 1), (["sub", "b", "@1"], 3)]


# --- bindings ----------------------------------------------------------------------------------------------------------


def bindings(code: str) -> list[tuple]:
    return [(assign.target, assign.value, assign.kind) for assign in facts(code).assigns]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a = b = c", [("a", "c", "="), ("b", "c", "=")]),
        ("a, b = c, d", [("a", "c", "="), ("b", "d", "=")]),
        ("a, (b, *c) = d", [("a", ["sub", "d", "#0"], "="), ("b", ["sub", ["sub", "d", "#1"], "#0"], "="),
                            ("c", ["sub", ["sub", "d", "#1"], "#1"], "=")]),
        ("a.b = c", [("a.b", "c", "=")]),
        ("a['k'] = c", [(["sub", "a", "'k"], "c", "=")]),
        ("a: int", [("a", None, ":")]),
        ("a: int = 1", [("a", "#1", "=")]),
        ("a += 1", [("a", "#1", "+=")]),
        ("del a, b.c", [("a", None, "del"), ("b.c", None, "del")]),
        ("for a in b: pass", [("a", ["sub", "b", "?"], "for")]),
        ("with f() as a, b: pass", [("a", "@0", "with")]),
        ("try: pass\nexcept (A, B) as e: pass", [("e", ["[]", "A", "B"], "except")]),
        ("f(a := 1)", [("a", "#1", "=")]),
        ("[a for a in b]", [("a", ["sub", "b", "?"], "for")]),
        ("match a:\n  case {'k': b, **c}: pass\n  case [d, *e] | f: pass",
         [("c", "?", "for"), ("b", "?", "for"), ("f", "?", "for"), ("d", "?", "for"), ("e", "?", "for")]),
    ],
)  # fmt: skip
def test_a_statement_binds_its_targets(code, expected):
    found = bindings(code)
    assert sorted(map(str, found)) == sorted(map(str, expected))


def test_an_annotation_is_kept_with_its_binding():
    assert facts("a: Client | None = None").assigns[0].annotation == ["bin", "|", "Client", "#None"]


def test_imports_say_what_they_bind_and_where_from():
    found = facts("import a.b\nimport a.b as c\nfrom . import d\nfrom ..e import f as g\nfrom h import *")
    assert [(i.name, i.module, i.level, i.attribute) for i in found.imports] == [
        ("a", "a.b", 0, ""), ("c", "a.b", 0, None), ("d", "", 1, "d"), ("g", "e", 2, "f"), ("*", "h", 0, "*"),
    ]  # fmt: skip


def test_an_import_in_a_function_is_bound_there():
    found = facts("def f():\n    import a")
    assert found.scopes[found.imports[0].scope].name == "f"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("__all__ = ['a', 'b']", ["a", "b"]),
        ("__all__: list[str] = ['a']\n__all__ += ('b',)", ["a", "b"]),
        (f"__all__ = {[f'n{n}' for n in range(100)]}", [f"n{n}" for n in range(100)]),
        ("__all__ = make()", None),
        ("def f():\n    __all__ = ['a']", None),
    ],
)
def test_a_literal_all_is_what_a_module_exports(code, names):
    assert facts(code).exports == names


def test_global_and_nonlocal_names_are_those_of_their_function():
    found = facts("def f():\n    global a, b\n    def g():\n        nonlocal c")
    assert {scope.name: scope.globals for scope in found.scopes if scope.globals} == {"f": ["a", "b"], "g": ["c"]}


# --- scopes ------------------------------------------------------------------------------------------------------------


def test_scopes_are_numbered_in_source_order_and_know_their_parent():
    found = facts("class A:\n    def m(self): pass\nasync def f():\n    class B: pass\nx = lambda: 0")
    assert [(s.kind, s.name, s.parent) for s in found.scopes] == [
        ("module", "", 0), ("class", "A", 0), ("function", "m", 1),
        ("function", "f", 0), ("class", "B", 3), ("lambda", "<lambda>", 0),
    ]  # fmt: skip
    assert [s.is_async for s in found.scopes] == [False, False, False, True, False, False]


def test_a_function_keeps_parameters_decorators_and_what_it_returns():
    scope = facts("@d\n@e(1)\ndef f(a, /, b: B = g(), *c, k: K, m=None, **n) -> R: pass").scopes[1]
    assert [(p.name, p.kind, p.annotation, p.default) for p in scope.params] == [
        ("a", "p", None, None), ("b", "p", "B", "@1"), ("c", "*", None, None), ("k", "k", "K", None),
        ("m", "k", None, "#None"), ("n", "**", None, None),
    ]  # fmt: skip
    assert (scope.decorators, scope.returns) == (["d", "@0"], "R")


def test_a_class_keeps_decorators_bases_and_keywords():
    scope = facts("@d\nclass A(B, make(), metaclass=M): pass").scopes[1]
    assert (scope.decorators, scope.bases, scope.keywords) == (["d"], ["B", "@0"], [("metaclass", "M")])


def test_a_generator_says_so_and_a_nested_one_is_none_of_its_parents_business():
    found = facts("def f():\n    def g():\n        yield 1\n    return g")
    assert {scope.name: scope.yields for scope in found.scopes} == {"": False, "f": False, "g": True}


def test_a_scope_spans_the_calls_in_it():
    found = facts("f()\ndef g():\n    h()\n    i()\nj()")
    assert (found.scopes[1].first_call, found.scopes[1].end_call) == (1, 3)
    assert (found.scopes[0].first_call, found.scopes[0].end_call) == (0, 4)


def test_exits_are_returns_yields_raises_and_what_a_lambda_gives():
    found = facts("def f():\n    yield a\n    yield from b\n    if c: raise d from e()\n    return\nlambda: g")
    assert [(e.kind, e.value) for e in found.exits] == [
        ("yield", "a"), ("yield", "b"), ("raise", "d"), ("return", "#None"), ("return", "g"),
    ]  # fmt: skip


# --- frames ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("if a: f()", ["if"]),
        ("if a: pass\nelse: f()", ["else"]),
        ("if a: pass\nelif b: f()", ["if", "else"]),
        ("for a in b: f()", ["for"]),
        ("for a in b: pass\nelse: f()", []),
        ("for a in f(): pass", []),
        ("while a: f()", ["while"]),
        ("while f(): pass", ["while"]),
        ("try: f()\nexcept A: pass", ["try"]),
        ("try: pass\nexcept A: f()", ["except"]),
        ("try: pass\nexcept A: pass\nelse: f()", []),
        ("try: pass\nfinally: f()", ["finally"]),
        ("with a: f()", ["with"]),
        ("with f(): pass", []),
        ("with a, f(): pass", ["with"]),
        ("[f() for a in b]", ["comp"]),
        ("[a for a in f()]", []),
        ("[a for a in b for c in f()]", ["comp"]),
        ("[a for a in b if f()]", ["comp"]),
        ("match a:\n  case 1: f()", ["if"]),
        ("match f():\n  case 1: pass", []),
        ("for a in b:\n  try:\n    if c: f()\n  finally: pass", ["if", "try", "for"]),
        ("if a:\n  def g(): f()", []),
    ],
)
def test_a_call_lies_in_the_frames_around_it(code, expected):
    assert around(facts(code), "f") == expected


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        ("if a: return\nf()", [("after", ["not", "a"])]),
        ("if a: raise b\nf()", [("after", ["not", "a"])]),
        ("if a: pass\nelse: return\nf()", [("after", "a")]),
        ("if a: return\nif b: return\nf()", [("after", ["not", "b"]), ("after", ["not", "a"])]),
        ("if a:\n  if b: return 1\n  else: return 2\nf()", [("after", ["not", "a"])]),
        ("if a: return\nelse: g()\nf()", [("after", ["not", "a"])]),
        ("for x in y:\n  if a: continue\n  f()", [("after", ["not", "a"]), ("for", "y")]),
        ("for x in y:\n  if a: return\nf()", []),
        ("if a: return\nelse: return\nf()", []),
        ("if a: g()\nf()", []),
    ],
)
def test_what_follows_an_early_exit_lies_in_a_frame_of_its_own(code, tests):
    found = facts("def h():\n" + textwrap.indent(code, "    "))
    frame = next(call.frame for call in found.calls if call.callee == "f")
    chain = []
    while frame:
        chain.append((found.frames[frame].kind, found.frames[frame].test))
        frame = found.frames[frame].parent
    assert chain == tests


def test_a_try_knows_what_it_catches():
    found = facts("try: f()\nexcept (A, B): pass\nexcept C: pass\nexcept: pass")
    assert found.frames[found.calls[0].frame].test == ["[]", "A", "B", "C", "BaseException"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="only on Python 3.11 and later")
def test_an_exception_group_is_caught_like_an_exception():
    assert around(facts("try: f()\nexcept* A: pass"), "f") == ["try"]


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("x = a() or b()", ["b"]),
        ("x = a() and b() and c()", ["b", "c"]),
        ("x = a() if b() else c()", ["a", "c"]),
        ("x = a() < b() < c()", ["c"]),
        ("assert a(), b()", ["b"]),
        ("x = a(b(), [c()])", []),
    ],
)
def test_calls_that_an_expression_makes_only_sometimes_are_told(code, calls):
    facts, _ = extract(code)
    found = [facts.calls[call].callee for first, end in facts.perhaps for call in range(first, end)]
    assert found == calls
