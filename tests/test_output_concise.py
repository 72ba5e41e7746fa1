"""The ``concise`` format."""

from __future__ import annotations

from output_examples import everything, rendered


def test_a_line_per_finding_then_errors_then_what_was_looked_at():
    assert (
        rendered("concise", everything(), show_suppressed=True)
        == """\
app/app.py:5:1: redis-per-request error[high] Known since long (baselined)
app/cache.py:3:10: redis-per-request error[high] Pool without a limit (suppressed: one worker only)
app/cache.py:8:22: redis-per-request error[high] Redis GET on every request
fly.toml:1:1: fly-mode-variable-missing warning[medium] ENVIRONMENT is not set
error (config): pyproject.toml: unknown key `tool.atomlint.selekt`
error (path): app/gone.py: no such file
Found 2 findings (1 fails) in 41 files; 40 read, 12 parsed, 1 out of reach; 3 calls unresolved, 2 hidden by confidence \
(--confidence low shows them), 1 suppressed, 1 baselined; 9 rules ran.
2 errors: what they name was not looked at, so this run is incomplete.
"""
    )
