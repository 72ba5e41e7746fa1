"""From candidates to findings: handlers on real syntax, and rules that crash without taking the others along."""

from __future__ import annotations

import pytest
from packs import calls, make_registry, rule_module, words
from projects import check, concerning, said, write

CRASHED = "atomlint-rule-crashed"


def crashing(rule_id: str, where: str, error: str = "1 / 0", subject: str = "Call", **options) -> str:
    """A rule that raises when it nominates or when it reports; of calls of ``bad`` it reports the first."""
    nominates = error if where == "nominate" else "None"
    reports = error if where == "report" else "None"
    return rule_module(rule_id, f'''\
def nominate(candidate: {subject}):
    {nominates}
    return getattr(candidate, "name", "") in ("bad", "worse") or "{subject}" != "Call"


@nominate.on("*")
def report(ctx, candidate):
    if getattr(candidate, "name", "") == "worse":
        {reports}
    elif "{subject}" == "Call":
        yield ctx.finding(candidate, "found before")
    else:
        {reports}
        yield from ()
''', **options)  # fmt: skip


@pytest.fixture
def project(tmp_path):
    return write(
        tmp_path / "project", {"app.py": "bad()\nworse()\nbad()\n", "fly.toml": "bad = 1\n", "README.md": "bad\n"}
    )


def run(tmp_path, monkeypatch, project, rules, **request):
    return check(project, registry=make_registry(tmp_path, monkeypatch, rules), **request)


OTHERS = {"good/call.py": calls("good-call", "bad"), "good/word.py": words("good-word", "bad")}
FOUND = [
    ("README.md", 1, "good-word"),
    ("app.py", 1, "good-call"),
    ("app.py", 3, "good-call"),
    ("fly.toml", 1, "good-word"),
]


@pytest.mark.parametrize("where", ["nominate", "report"])
@pytest.mark.parametrize("subject", ["Call", "Document", "Function", "Class"])
def test_a_rule_that_crashes_is_a_finding_and_status_2_and_the_others_find_what_they_find(
    tmp_path, monkeypatch, project, where, subject
):
    write(project, {"more.py": "class A:\n    def f(self): pass\n"})
    report = run(
        tmp_path, monkeypatch, project, {**OTHERS, "bad/rule.py": crashing("bad-rule", where, subject=subject)}
    )
    assert [line for line in said(report) if line[2].startswith("good")] == FOUND
    crash = [f for f in report.findings if f.rule == CRASHED]
    assert [f.message for f in crash] == ["rule bad-rule raised ZeroDivisionError: division by zero"]
    assert [(e.kind, e.path, e.message) for e in report.errors] == [
        ("rule", "", "rule bad-rule crashed: ZeroDivisionError: division by zero")
    ]
    assert report.status == 2


def test_a_crash_costs_one_candidate_and_the_rule_goes_on(tmp_path, monkeypatch, project):
    report = run(tmp_path, monkeypatch, project, {"bad/rule.py": crashing("bad-rule", "report")})
    assert [line for line in said(report) if line[2] == "bad-rule"] == [
        ("app.py", 1, "bad-rule"),
        ("app.py", 3, "bad-rule"),
    ]
    assert report.status == 2


def test_a_rule_that_raises_on_ten_candidates_in_a_row_is_asked_no_more(tmp_path, monkeypatch, project):
    write(project, {"app.py": "bad()\n" + "worse()\n" * 9 + "bad()\n" + "worse()\n" * 10 + "bad()\n"})
    report = run(tmp_path, monkeypatch, project, {"bad/rule.py": crashing("bad-rule", "report")})
    assert [line for line in said(report) if line[2] == "bad-rule"] == [
        ("app.py", 1, "bad-rule"),
        ("app.py", 11, "bad-rule"),
    ]
    assert report.status == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("raise ValueError('one\\ntwo')", "ValueError: one"),
        ("raise AssertionError", "AssertionError: "),
        ("raise RecursionError('deep')", "RecursionError: deep"),
        ("raise MemoryError('full')", "MemoryError: full"),
        ("(lambda f: f(f))(lambda f: f(f))", "RecursionError: maximum recursion depth exceeded"),
        ("raise StopIteration", "RuntimeError: generator raised StopIteration"),
        ("yield None", "TypeError: a handler yields findings, not NoneType"),
        ("yield ctx.nothing", "AttributeError: 'Context' object has no attribute 'nothing'"),
    ],
)
def test_whatever_a_rule_raises_is_one_line(tmp_path, monkeypatch, project, error, message):
    report = run(tmp_path, monkeypatch, project, {"bad/rule.py": crashing("bad-rule", "report", error)})
    (crash,) = [f for f in report.findings if f.rule == CRASHED]
    assert crash.message.startswith(f"rule bad-rule raised {message}")
    assert "\n" not in crash.message


def test_a_crash_does_not_quote_a_secret(tmp_path, monkeypatch, project):
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    from projects import check_with, engine

    registry = make_registry(
        tmp_path, monkeypatch, {"bad/rule.py": crashing("bad-rule", "report", f"raise KeyError('{token}')")}
    )
    with engine(registry) as made:
        report = check_with(made, project)
        assert token not in str(report.findings) + str(report.errors)
        assert token not in made.tracebacks[0].splitlines()[-1]
        assert "ZeroDivisionError" not in made.tracebacks[0]
        assert made.tracebacks[0].startswith("Traceback (most recent call last):")


def test_a_crash_can_be_ignored_and_is_said_all_the_same(tmp_path, monkeypatch, project):
    rules = {"bad/rule.py": crashing("bad-rule", "nominate")}
    report = run(tmp_path, monkeypatch, project, rules, overrides={"ignore": (CRASHED,)})
    assert said(report) == []
    assert [error.kind for error in report.errors] == ["rule"]
    assert report.status == 2


def test_a_suppression_of_a_rule_that_crashed_is_not_called_unused(tmp_path, monkeypatch, project):
    write(project, {"app.py": "worse()  # atomlint: ignore[bad-rule] so\n"})
    report = run(tmp_path, monkeypatch, project, {"bad/rule.py": crashing("bad-rule", "report")})
    assert [rule for _, _, rule in said(report)] == [CRASHED]


# --- handlers on real syntax -------------------------------------------------------------------------------------------

NODES = rule_module("node-kind", '''\
def nominate(function: Function):
    return True


@nominate.on("FunctionDef")
def on_function(ctx, node):
    yield ctx.finding(node.name, f"def {ctx.fact(node).name}")


@nominate.on("Lambda")
def on_lambda(ctx, node):
    yield ctx.finding(node, "lambda")
''')  # fmt: skip


def test_a_handler_sees_the_candidates_own_node(tmp_path, monkeypatch, project):
    write(project, {"app.py": "class A:\n    @d\n    async def f(self):\n        def g(): pass\nx = lambda: 1\n"})
    report = run(tmp_path, monkeypatch, project, {"node/kind.py": NODES})
    assert [(f.span.start.line, f.span.start.column, f.message) for f in report.findings] == [
        (3, 15, "def f"),
        (4, 13, "def g"),
    ]


def test_a_candidate_in_a_statement_that_nests_too_deep_is_a_trouble_and_the_others_are_reported(
    tmp_path, monkeypatch, project
):
    chain = "+".join(["a"] * 1500)
    write(project, {"app.py": f"bad()\nx = {chain} + bad()\nclass A:\n    y = {chain} + bad()\n    z = bad()\nbad()\n"})
    report = run(tmp_path, monkeypatch, project, {"good/call.py": calls("good-call", "bad")})
    assert said(report) == [("app.py", line, "good-call") for line in (1, 5, 6)]
    assert concerning(report, "app.py") == [("limit", "an expression nests too deep to be looked at")]
    assert report.status == 2


def test_a_candidate_in_a_statement_that_nests_a_lot_is_reported(tmp_path, monkeypatch, project):
    write(project, {"app.py": f"x = {'+'.join(['a'] * 600)} + bad()\ny = {'f(' * 150}bad(){')' * 150}\n"})
    report = run(tmp_path, monkeypatch, project, {"good/call.py": calls("good-call", "bad")})
    assert (said(report), list(report.errors)) == ([("app.py", 1, "good-call"), ("app.py", 2, "good-call")], [])


def test_what_libcst_cannot_read_is_a_trouble(tmp_path, monkeypatch, project):
    import libcst

    def refuse(text, *_):
        raise AssertionError

    monkeypatch.setattr(libcst, "parse_module", refuse)
    report = run(tmp_path, monkeypatch, project, {"good/call.py": calls("good-call", "bad")})
    assert concerning(report, "app.py") == [("syntax", "LibCST cannot read a statement: AssertionError")]
    assert report.status == 2


# --- documents ---------------------------------------------------------------------------------------------------------


def test_a_document_that_a_rule_does_not_ask_for_may_be_no_text(tmp_path, monkeypatch, project):
    write(project, {"Dockerfile": b"FROM caf\xe9\n", "notes.md": b"caf\xe9 bad\n", ".env": b"A=\xff\n"})
    report = run(tmp_path, monkeypatch, project, {"good/word.py": words("good-word", "bad")})
    broken = [line for line in said(report) if line[2] == "atomlint-syntax-error"]
    assert broken == [(".env", 1, "atomlint-syntax-error"), ("notes.md", 1, "atomlint-syntax-error")]
    assert report.status == 2


def test_a_rule_with_no_handler_for_a_kind_of_document_is_not_asked_about_it(tmp_path, monkeypatch, project):
    only = words("good-word", "bad").replace('.on("*")', '.on("markdown")')
    report = run(tmp_path, monkeypatch, project, {"good/word.py": only})
    assert (said(report), list(report.errors)) == ([("README.md", 1, "good-word")], [])
