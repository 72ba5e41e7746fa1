"""``atomlint graph``: names, keys, formats, selections, and input that is not what it should be."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from atomlint.cli import main
from atomlint.index.graph import TooMuch, call_graph, matching, reachable, to_dot, to_mermaid


def graph_of(**files: str) -> dict[str, list[str]]:
    texts = {f"{path}.py": text for path, text in files.items()}
    return call_graph(sorted(texts), texts.get)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*args: str):
        return CliRunner().invoke(main, ["graph", *args])

    return run


def test_everything_defined_is_a_key_and_so_is_everything_called():
    graph = graph_of(main="class A:\n    def m(self): len([])\nf = lambda: 1\ndef g():\n    def h(): pass\n")
    assert graph == {
        "<builtin>.len": [], "main": [], "main.<lambda1>": [], "main.A.m": ["<builtin>.len"], "main.g": [], "main.g.h": [],
    }  # fmt: skip


def test_names_are_dotted_from_the_root_and_a_package_is_its_init():
    graph = graph_of(**{"shop/__init__": "from .till import sell\nsell()", "shop/till": "def sell(): pass"})
    assert graph == {"shop": ["shop.till.sell"], "shop.till": [], "shop.till.sell": []}


def test_only_selected_files_are_callers_but_imports_are_followed():
    files = {"main.py": "from tools import run\nrun()", "tools.py": "def run(): leaf()\ndef leaf(): pass"}
    graph = call_graph(["main.py"], files.get, project=files)
    assert graph == {"main": ["tools.run"], "tools.run": []}


def test_a_file_that_does_not_parse_has_no_keys_and_stops_nothing():
    assert graph_of(bad="def (", good="len([])") == {"<builtin>.len": [], "good": ["<builtin>.len"]}


def test_the_same_program_gives_the_same_graph_whatever_the_order_of_its_files():
    files = {"b.py": "import a\ndef f(): a.g()\n", "a.py": "import b\ndef g(): b.f()\n"}
    assert call_graph(["a.py", "b.py"], files.get) == call_graph(["b.py", "a.py"], files.get)


def test_reachable_is_closed_and_names_may_be_short():
    graph = graph_of(main="def a(): b()\ndef b(): a()\ndef c(): a()")
    assert reachable(graph, "main.a") == {"main.a": ["main.b"], "main.b": ["main.a"]}
    assert matching(graph, "c") == ["main.c"]
    assert matching(graph, "d") == []


def test_pictures_escape_their_names():
    graph = {'a"b': ["<builtin>.len"], "<builtin>.len": []}
    assert '"a\\"b" -> "<builtin>.len";' in to_dot(graph)
    assert '["&lt;builtin&gt;.len"]' in to_mermaid(graph)
    assert "n0 --> n1" in to_mermaid(graph)


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return f\nf()()()()",
        "x = [x for x in x]",
        "class A(A): pass\nA().b()",
        "class A: pass\nclass B(A): pass\nclass C(A, B): pass\nC()",
        "def f(n):\n    return f(f(n))\nf(1)",
        "x = []\nx.append(x)\nfor y in x: y()",
        "d = {}\nd['d'] = d\nd['d']['d']()",
        "def f(*a, **k): f(*a, **k)\nf(f, k=f)",
        "while True:\n    continue\nprint()",
        "return 1",
        "def f():\n    yield f\n    x = yield\nfor g in f(): g()",
        "a" + ".b" * 3000 + "()",
        "x = " + "(" * 50 + "1" + ")" * 50,
        "f(" + "lambda: " * 200 + "1)",
        "(lambda f: f(f))(lambda f: f(f))",
        "try:\n    pass\nfinally:\n    raise",
        "class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().b()",
        "class A:\n    def __iter__(self): return self\n    def __next__(self): return self\nfor a in A(): a()",
        "import main\nmain.main.main.f()",
        "from . import x\nfrom .. import y\nfrom ... import *\nx.y()",
        "del a, b.c, d[e]",
        "global x\nx = 1",
        "match x:\n    case [a, *b]: a()\n    case {'k': v, **r}: v()\n    case 1 | 2: pass\n    case _: x()",
        "d = {[]: 1, **{}}\nd[[]]()\nd[1:2]()",
        "def f(a=lambda: g()): a()\ndef g(): f()\nf()",
        "x = y = z = x",
        "getattr(1, 2)()\nsetattr(1)\nsuper().x()\ntype(1, 2)\nnext()\nmap()\ndict(1, 2)\nzip()\nmin()\nsorted()\nenumerate()",
    ],
)
def test_odd_programs_are_answered(text):
    assert "main" in graph_of(main=text)


def test_a_single_file_without_configuration_or_repository(run, tmp_path):
    (tmp_path / "main.py").write_text("def f(): pass\nf()\n")
    result = run()
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"main": ["main.f"], "main.f": []}


def test_an_entry_leaves_the_rest_out(run, tmp_path):
    (tmp_path / "main.py").write_text("def f(): g()\ndef g(): pass\ndef h(): pass\n")
    assert json.loads(run("--entry", "f").stdout) == {"main.f": ["main.g"], "main.g": []}


def test_an_entry_that_is_not_there_or_not_the_only_one(run, tmp_path):
    (tmp_path / "main.py").write_text("class A:\n    def run(self): pass\nclass B:\n    def run(self): pass\n")
    missing = run("--entry", "main.A.rum")
    assert missing.exit_code == 2
    assert "no such function or module: main.A.rum; did you mean 'main.A.run'?" in missing.stderr
    several = run("--entry", "run")
    assert several.exit_code == 2
    assert "main.A.run, main.B.run" in several.stderr


def test_paths_name_what_is_listed(run, tmp_path):
    (tmp_path / "one.py").write_text("import two\ntwo.f()\n")
    (tmp_path / "two.py").write_text("def f(): g()\ndef g(): pass\n")
    assert json.loads(run("one.py").stdout) == {"one": ["two.f"], "two.f": []}


def test_a_path_that_is_missing_and_a_place_without_python(run):
    assert run("nowhere.py").exit_code == 2
    nothing = run()
    assert nothing.exit_code == 2
    assert "no Python files found" in nothing.stderr


@pytest.mark.parametrize(("form", "start"), [("dot", "digraph calls {"), ("mermaid", "flowchart LR")])
def test_pictures_are_printed(run, tmp_path, form, start):
    (tmp_path / "main.py").write_text("len([])\n")
    assert run("--format", form).stdout.startswith(start)


# --- sizes -------------------------------------------------------------------------------------------------------------

LOOP = "def f(n):\n    while n:\n        g(n)\ndef g(n): h()\ndef h(): pass\nf(1)\n"


def test_more_than_may_be_run_is_said_and_not_run_on():
    with pytest.raises(TooMuch):
        call_graph(["main.py"], {"main.py": LOOP}.get, max_steps=5)
    assert "main" in call_graph(["main.py"], {"main.py": LOOP}.get, max_steps=50)


def test_a_project_that_is_too_large_to_be_run_has_the_edges_of_the_index(run, tmp_path, monkeypatch):
    (tmp_path / "main.py").write_text(LOOP + "x = (lambda: len([]))()\n")
    small = run()
    monkeypatch.setattr("atomlint.index.graph.MAX_LINES", 3)
    large = run()
    assert large.exit_code == 0
    assert "files: 1, lines: 7: too large to be traced" in large.stderr
    assert json.loads(large.stdout) == json.loads(small.stdout)
    assert json.loads(run("--entry", "g").stdout) == {"main.g": ["main.h"], "main.h": []}
    assert "no such function or module: main.q; did you mean" in run("--entry", "main.q").stderr


def test_only_what_an_entry_reaches_is_run():
    texts = {"a.py": "def f(): g()\ndef g(): pass\n", "b.py": "def slow():\n" + "    slow()\n" * 500 + "slow()\n"}
    graph = call_graph(sorted(texts), texts.get, entry="a.f", max_steps=20)
    assert graph == {"a.f": ["a.g"], "a.g": []}


def test_an_entry_is_run_although_its_module_does_not_call_it():
    text = (
        "import os\nclass A:\n    def run(self): self.step()\n    def step(self): os.getcwd()\ndef other(): len([])\n"
    )
    graph = call_graph(["main.py"], {"main.py": text}.get, entry="run")
    assert graph == {"main.A.run": ["main.A.step"], "main.A.step": ["os.getcwd"], "os.getcwd": []}


# --- roots and bad input -----------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path):
    """A program with a package, in no repository and without configuration."""
    files = {
        "main.py": "from shop import till\ntill.sell(lambda: 1)\n",
        "shop/__init__.py": "",
        "shop/till.py": "import os\ndef sell(price):\n    price()\n    return (lambda: os.getcwd())()\n",
    }
    for path, text in files.items():
        (tmp_path / "work" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / path).write_text(text)
    return tmp_path / "work"


SHOP = {
    "main": ["shop.till.sell"],
    "main.<lambda1>": [],
    "os.getcwd": [],
    "shop": [],
    "shop.till": [],
    "shop.till.sell": ["main.<lambda1>", "shop.till.sell.<lambda1>"],
    "shop.till.sell.<lambda1>": ["os.getcwd"],
}


def test_a_named_directory_is_where_names_begin(run, shop):
    assert json.loads(run("work").stdout) == SHOP
    assert json.loads(run(str(shop)).stdout) == SHOP


def test_a_package_is_named_as_imports_name_it(run, shop):
    assert sorted(json.loads(run("work/shop").stdout)) == [
        "os.getcwd", "shop", "shop.till", "shop.till.sell", "shop.till.sell.<lambda1>",
    ]  # fmt: skip
    assert list(json.loads(run("work/main.py").stdout)) == ["main", "main.<lambda1>", "shop.till.sell"]


def test_what_does_not_parse_is_said_and_everything_else_is_there(run, shop):
    (shop / "broken.py").write_text("x = 1\ndef (:\n")
    (shop / "noise.py").write_bytes(b"# coding: utf-8\nx = '\xff'\n")
    result = run("work")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == SHOP
    assert "atomlint: broken.py: cannot be parsed: line 2: " in result.stderr
    assert "atomlint: noise.py: cannot be read" in result.stderr
    assert "Traceback" not in result.stderr
