"""The ``markdown`` format: a step summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from output_examples import FILES, GET, GONE, LIKELY, Rule, finding, rendered, report, span

from atomlint.finding import Note

if TYPE_CHECKING:
    from atomlint.finding import Finding

LOOKED = "40 read, 12 parsed, 0 out of reach; 3 calls unresolved, 0 hidden by confidence, 0 suppressed, 0 baselined"


def test_is_a_page():
    assert (
        rendered("markdown", report(GET, LIKELY, files=FILES, errors=[GONE]))
        == f"""\
## atomlint: Found 2 findings (1 fails)

**1** failing · **1** error · **1** warning

| | rule | place | message |
| --- | --- | --- | --- |
| error (high) | [`redis-per-request`](https://example.com/rules/redis-per-request) | `app/cache.py:8:22` | \
Redis GET on every request |
| warning (medium) | `fly-mode-variable-missing` | `fly.toml:1:1` | ENVIRONMENT is not set |

<details><summary>Call path to redis-per-request at app/cache.py:8:22</summary>

1. `app/app.py:9` request handler `items`
2. `app/app.py:10` calls `Cache.get`
3. `app/cache.py:8` Redis GET

Keep the value in memory for a while.

</details>

### Errors

- error (path): app/gone.py: no such file

Found 2 findings (1 fails) in 41 files; {LOOKED}; 9 rules ran.\\
1 error: what it names was not looked at, so this run is incomplete.
"""
    )


def row(one: Finding, **more) -> str:
    return next(line for line in rendered("markdown", report(one, **more)).splitlines() if line.startswith("| error"))


def test_cells_are_escaped():
    message = "`str | None` a|b <img src=x> [x](y) *b* _c_ \\| $x$\nnext"
    assert row(finding(span("a|b`c.py", 1, 1, 1, 1), message=message)) == (
        "| error (high) | [`redis-per-request`](https://example.com/rules/redis-per-request) | `` a\\|b`c.py:1:1 `` | "
        "`str \\| None` a\\|b &lt;img src=x&gt; \\[x\\](y) \\*b\\* \\_c\\_ \\\\\\| \\$x\\$ next |"
    )


def test_code_that_is_not_closed_is_plain_text():
    assert row(finding(span("a.py", 1, 1, 1, 1), message="a ` b")).endswith("| a \\` b |")


def test_links_only_to_web_pages():
    rules = {"redis-per-request": Rule("redis-per-request", url="javascript:alert(1)")}
    assert "javascript" not in row(GET, rules=rules)


def test_escapes_html_in_the_summary_of_a_call_path():
    one = finding(span("<b>.py", 1, 1, 1, 1), trace=(Note(span("<b>.py", 1, 1, 1, 1), "<script>"),))
    output = rendered("markdown", report(one))
    assert "&lt;b&gt;.py:1:1</summary>" in output
    assert "1. `<b>.py:1` &lt;script&gt;" in output


def test_stays_below_the_size_of_a_step_summary():
    of = report(*[GET] * 4_000)
    output = rendered("markdown", of)
    assert len(output.encode()) < 1024 * 1024
    assert "3,500 more findings not listed here" in output
    assert output.splitlines()[-1].startswith("Found 4,000 findings (4,000 fail)")
