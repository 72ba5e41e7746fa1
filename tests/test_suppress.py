import pytest

from atomlint.edits import apply as apply_edits
from atomlint.finding import Confidence, Finding, Note, Position, Severity, Span
from atomlint.source import Source
from atomlint.suppress import UNUSED, apply, parse, statement_ranges

KNOWN = {"redis-per-request", "redis-set-without-ttl", "tenant-uncached-lookup", "fly-mode-variable-missing", UNUSED}


def span(path, line, end=None):
    return Span(path, Position(line, 1), Position(end or line, 5))


def finding(line, rule="redis-per-request", path="a.py", related=(), end=None):
    notes = tuple(Note(span(*place), "here") for place in related)
    return Finding(rule, Severity.ERROR, Confidence.HIGH, "message", span(path, line, end), related=notes)


def run(files, findings, *, ran=KNOWN, require_reason=False, redirects=None):
    """Marked findings and new ones for files given as path to text."""
    sources = {path: Source(path, text.encode()) for path, text in files.items()}
    ranges = {path: statement_ranges(source) for path, source in sources.items()}
    return apply(
        findings,
        {path: parse(source) for path, source in sources.items()},
        statements=lambda path, line: ranges[path](line) if path in ranges else (line, line),
        known_ids=KNOWN,
        ran_ids=ran,
        require_reason=require_reason,
        redirects=redirects or {},
    )


def silenced(text, *lines, rule="redis-per-request"):
    """Which of the lines' findings a Python text suppresses."""
    marked, _ = run({"a.py": text}, [finding(line, rule) for line in lines])
    return [f.span.start.line for f in marked if f.suppressed]


def messages(text, *findings, path="a.py", **options):
    _, new = run({path: text}, list(findings), **options)
    assert all((f.rule, f.severity, f.confidence) == (UNUSED, Severity.WARNING, Confidence.HIGH) for f in new)
    return [f.message for f in new if f.suppressed is None]


def test_a_directive_silences_every_finding_of_its_rule_in_its_statement_and_says_who():
    text = "x = get(\n    a,  # atomlint: ignore[redis-per-request] once a day\n    b,\n)\ny = 1\n"
    marked, new = run({"a.py": text}, [finding(1), finding(3), finding(5), finding(3, "redis-set-without-ttl")])
    assert [f.suppressed is not None for f in marked] == [True, True, False, False]
    assert (marked[0].suppressed.path, marked[0].suppressed.line) == ("a.py", 2)
    assert marked[0].suppressed.reason == "once a day"
    assert new == []


def test_a_header_is_suppressed_on_any_of_its_lines_and_its_body_is_not():
    text = "@dec  # atomlint: ignore[redis-per-request]\ndef f(\n    a,\n):\n    return g()\n"
    assert silenced(text, 1, 3, 4, 5) == [1, 3, 4]


def test_a_finding_that_spans_a_body_is_not_silenced_from_inside_it():
    text = "def f():\n    x = 1  # atomlint: ignore[redis-per-request]\n"
    marked, new = run({"a.py": text}, [finding(1, end=2)])
    assert marked[0].suppressed is None
    assert len(new) == 1


def test_a_comment_above_a_statement_or_its_decorators_counts():
    text = "# atomlint: ignore[redis-per-request]\n# and a remark\n@dec\ndef f():\n    return g(\n        1)\n"
    assert silenced(text, 3, 4, 5) == [3, 4]


def test_a_comment_above_does_not_reach_over_an_empty_line():
    assert silenced("# atomlint: ignore[redis-per-request]\n\nx = 1\n", 3) == []


def test_a_comment_beside_code_does_not_reach_the_next_line():
    assert silenced("x = 1  # atomlint: ignore[redis-per-request]\ny = 2\n", 2) == []


def test_ignore_file_counts_anywhere_in_the_file():
    assert silenced("x = 1\ny = 2\n# atomlint: ignore-file[redis-per-request]\n", 1, 2) == [1, 2]


def test_a_related_span_can_carry_the_suppression():
    text = "a = 1\nb = 2  # atomlint: ignore[fly-mode-variable-missing] set by the platform\n"
    found = finding(1, "fly-mode-variable-missing", "fly.toml", related=[("a.py", 2)])
    marked, new = run({"a.py": text, "fly.toml": "[env]\n"}, [found])
    assert marked[0].suppressed.path == "a.py"
    assert new == []


def test_the_primary_span_is_credited_first_and_both_directives_are_used():
    here = "a = 1  # atomlint: ignore[redis-per-request] here\n"
    marked, new = run({"a.py": here, "b.py": here}, [finding(1, related=[("b.py", 1)])])
    assert marked[0].suppressed.path == "a.py"
    assert new == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("fly.toml", "[env]\nA = [\n  1,  # atomlint: ignore[redis-per-request]\n]\n", 2),
        (".env", "# atomlint: ignore[redis-per-request]\nA=1\n", 2),
        ("Dockerfile", "# atomlint: ignore[redis-per-request]\nRUN a \\\n  b\n", 3),
        ("CLAUDE.md", "text <!-- atomlint: ignore[redis-per-request] -->\n", 1),
        ("CLAUDE.md", "<!-- atomlint: ignore[redis-per-request]\n-->\ntext\n", 3),
    ],
)
def test_documents_carry_suppressions_too(path, text, line):
    marked, new = run({path: text}, [finding(line, path=path)])
    assert marked[0].suppressed is not None
    assert new == []


def test_a_file_with_a_syntax_error_is_suppressed_by_line():
    assert silenced("x = 1  # atomlint: ignore[redis-per-request]\ny = (\n", 1, 2) == [1]


def test_an_old_id_leads_to_the_new_one():
    text = "x = 1  # atomlint: ignore[redis-old]\n"
    redirects = {"redis-old": "redis-older", "redis-older": "redis-per-request"}
    marked, new = run({"a.py": text}, [finding(1)], redirects=redirects)
    assert marked[0].suppressed is not None
    assert new == []


def test_redirects_in_a_circle_end():
    assert (
        "no rule has the id 'a-b'"
        in messages("x = 1  # atomlint: ignore[a-b]\n", redirects={"a-b": "c-d", "c-d": "a-b"})[0]
    )


def test_an_unused_directive_is_a_finding_with_a_safe_fix():
    text = "x = 1  # atomlint: ignore[redis-per-request] why\n"
    _, (new,) = run({"a.py": text}, [])
    assert new.message == "unused suppression: 'redis-per-request' finds nothing on this statement"
    assert new.fixes[0].applicability == "safe"
    assert apply_edits(text, new.fixes[0].edits) == "x = 1\n"


@pytest.mark.parametrize(
    ("used", "left"),
    [
        ("redis-per-request", "[redis-per-request, tenant-uncached-lookup]"),
        ("redis-set-without-ttl", "[redis-set-without-ttl, tenant-uncached-lookup]"),
    ],
)
def test_the_fix_removes_only_the_unused_id(used, left):
    text = "x = 1  # atomlint: ignore[redis-per-request, redis-set-without-ttl, tenant-uncached-lookup] why\n"
    _, (new,) = run({"a.py": text}, [finding(1, used), finding(1, "tenant-uncached-lookup")])
    assert apply_edits(text, new.fixes[0].edits) == f"x = 1  # atomlint: ignore{left} why\n"


def test_the_last_id_goes_with_its_comma():
    text = "x = 1  # atomlint: ignore[redis-per-request, redis-set-without-ttl]\n"
    _, (new,) = run({"a.py": text}, [finding(1)])
    assert apply_edits(text, new.fixes[0].edits) == "x = 1  # atomlint: ignore[redis-per-request]\n"


def test_when_no_id_is_used_each_fix_removes_the_comment():
    _, new = run({"a.py": "# atomlint: ignore-file[redis-per-request, redis-set-without-ttl]\nx = 1\n"}, [])
    assert len(new) == 2
    assert new[0].fixes == new[1].fixes
    assert "in this file" in new[0].message


def test_a_directive_for_a_rule_that_did_not_run_is_not_unused():
    text = "x = 1  # atomlint: ignore[redis-per-request]\n"
    assert messages(text, ran={"tenant-uncached-lookup"}) == []
    assert messages(text, ran=lambda path: {"redis-per-request"} if path == "b.py" else set()) == []
    assert len(messages(text, ran=lambda path: {"redis-per-request"} if path == "a.py" else set())) == 1


def test_an_unknown_id_names_the_nearest_and_the_other_ids_still_count():
    text = "x = 1  # atomlint: ignore[redis-per-reqest, redis-set-without-ttl] why\n"
    marked, (new,) = run({"a.py": text}, [finding(1), finding(1, "redis-set-without-ttl")])
    assert [f.suppressed is not None for f in marked] == [False, True]
    assert new.message == "no rule has the id 'redis-per-reqest'; did you mean 'redis-per-request'?"
    assert new.fixes == ()


def test_a_malformed_directive_suppresses_nothing_and_says_why():
    marked, (new,) = run({"a.py": "x = 1  # atomlint: ignore\n"}, [finding(1)])
    assert marked[0].suppressed is None
    assert new.message.startswith("malformed suppression: the id of a rule is missing")
    assert new.span.start == Position(1, 8)


def test_a_family_is_malformed_and_its_rules_are_named():
    (said,) = messages("x = 1  # atomlint: ignore[redis] why\n", finding(1))
    assert said.startswith("malformed suppression: 'redis' is no rule but at most a family; name the rule: ")
    assert said.endswith("ignore[redis-...] (one of redis-per-request, redis-set-without-ttl)")


def test_a_reason_can_be_required():
    text = "x = 1  # atomlint: ignore[redis-per-request]\n"
    marked, new = run({"a.py": text}, [finding(1)], require_reason=True)
    assert marked[0].suppressed is not None
    assert [f.message for f in new] == ["the suppression gives no reason: write ignore[redis-per-request] and why"]
    assert messages(text.replace("]", "] why"), finding(1), require_reason=True) == []
    assert messages(text, finding(1)) == []


def test_an_unused_directive_is_not_also_asked_for_its_reason():
    found = messages("x = 1  # atomlint: ignore[redis-per-request]\n", require_reason=True)
    assert len(found) == 1
    assert "unused" in found[0]


def test_findings_about_suppressions_can_be_allowed_for_a_file_only():
    bad = "x = 1  # atomlint: ignore[redis-per-request]\ny = 1  # atomlint: ignroe\n"
    allowed = f"# atomlint: ignore-file[{UNUSED}] generated\n"
    _, new = run({"a.py": bad + allowed}, [])
    assert [f.suppressed.line for f in new] == [3, 3]
    found = messages(f"x = 1  # atomlint: ignore[{UNUSED}] no\n# atomlint: ignroe\n")
    assert len(found) == 2
    assert found[0] == f"'{UNUSED}' can only be allowed for a file: write ignore-file[{UNUSED}]"


def test_an_ignore_file_of_suppression_findings_is_itself_unused_when_there_are_none():
    text = f"# atomlint: ignore-file[{UNUSED}] generated\nx = 1\n"
    assert messages(text) == [f"unused suppression: '{UNUSED}' finds nothing in this file"]
    assert messages(text, ran=set()) == []


def test_a_required_reason_cannot_be_waived_without_one():
    text = f"# atomlint: ignore-file[{UNUSED}]\nx = 1\n"
    assert len(messages(text, require_reason=True)) == 1


def test_an_earlier_suppression_stays():
    (before,), _ = run({"a.py": "x = 1  # atomlint: ignore[redis-per-request] one\n"}, [finding(1)])
    (after,), new = run({"a.py": "x = 1  # atomlint: ignore[redis-per-request] two\n"}, [before])
    assert after.suppressed.reason == "one"
    assert new == []


def test_findings_keep_their_order_and_new_ones_go_by_path_and_line():
    bad = "# atomlint: a\n# atomlint: b\n"
    marked, new = run({"b.py": bad, "a.py": bad}, [finding(2), finding(1)])
    assert [f.span.start.line for f in marked] == [2, 1]
    assert [(f.span.path, f.span.start.line) for f in new] == [("a.py", 1), ("a.py", 2), ("b.py", 1), ("b.py", 2)]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("ci.yml", "env:\n  A: b  # atomlint: ignore[redis-per-request] made up\n", 2),
        ("ci.yml", "env:\n  # atomlint: ignore[redis-per-request] made up\n  A: b\n", 3),
        ("run.sh", "export A='b' # atomlint: ignore[redis-per-request] made up\n", 1),
        ("setup.cfg", "[a]\nb = c  # atomlint: ignore[redis-per-request] made up\n", 2),
        ("a.md", "```sh\nA=b # atomlint: ignore[redis-per-request] made up\n```\n", 2),
        ("a.md", "```sh\n# atomlint: ignore[redis-per-request] made up\nA=b\n```\n", 3),
        ("a.md", "```sh\nA=b # noqa  # atomlint: ignore[redis-per-request] made up\n```\n", 2),
    ],
)
def test_a_directive_behind_a_hash_counts_in_texts_with_such_comments(path, text, line):
    (marked,), new = run({path: text}, [finding(line, path=path)])
    assert marked.suppressed is not None
    assert marked.suppressed.reason == "made up"
    assert new == []


def test_a_directive_behind_a_hash_in_yaml_does_not_speak_about_other_lines():
    text = "A: b  # atomlint: ignore[redis-per-request]\nB: c\n"
    (marked,), new = run({"a.yml": text}, [finding(2, path="a.yml")])
    assert marked.suppressed is None
    assert len(new) == 1


def test_a_directive_that_a_code_block_of_a_document_shows_is_not_judged(tmp_path):
    from atomlint.testing import check_files

    text = "# Guide\n\n```python\nget(key)  # atomlint: ignore[redis-per-request] measured\nget(key)  # atomlint: ignore\n```\n"
    assert check_files({"README.md": text}).findings == []
    outside = "<!-- atomlint: ignore[redis-per-request] measured -->\ntext\n"
    assert [f.rule for f in check_files({"README.md": outside}).findings] == ["atomlint-unused-suppression"]
