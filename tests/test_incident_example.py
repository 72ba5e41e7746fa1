"""The incident example: its marks, its layout, and that the repaired application really works."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from atomlint.testing import expectations

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident"
BEFORE = EXAMPLE / "before"
AFTER = EXAMPLE / "after"

FIRST_RULES = {
    "database-pool-budget",
    "database-sqlite-default",
    "database-sqlite-no-abort",
    "fly-mode-variable-missing",
    "fly-topology-drift",
    "orm-back-populates-missing",
    "orm-duplicate-class",
    "purge-hardcoded-tenant",
    "redis-check-then-get",
    "redis-kill-switch",
    "redis-per-request",
    "runtime-startup-reads",
    "runtime-tight-poll",
    "runtime-unguarded-startup",
    "secret-hardcoded",
    "tenant-uncached-lookup",
}
QUOTED = re.compile(r"`([^`]+)`")


def files(tree: Path) -> Iterator[Path]:
    """Every file of a tree that belongs to the example."""
    made = {"__pycache__", ".ruff_cache", ".pytest_cache", ".mypy_cache"}
    return (p for p in sorted(tree.rglob("*")) if p.is_file() and not made.intersection(p.relative_to(tree).parts))


def marks(tree: Path) -> Iterator[tuple[str, int, bool, str]]:
    """Path, line, whether the rule is still to come, and the rule, of every mark."""
    for mark in expectations(tree):
        yield mark.path, mark.line, mark.todo, mark.rule


def rows() -> list[list[str]]:
    """Cells of the README's table, without its head."""
    lines = (EXAMPLE / "README.md").read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d+ \|", line)]


def paths(cell: str) -> list[str]:
    """What a cell names that looks like a file of the example."""
    return [name for name in QUOTED.findall(cell) if re.fullmatch(r"[\w./]+\.(py|toml|md)", name)]


def run(tree: Path, code: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python on a tree's application in its own process, with only the given settings, away from the checkout."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", dedent(code)],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def settings(directory: Path, environment: str = "test") -> dict[str, str]:
    """The settings that the repaired application cannot start without."""
    url = f"sqlite:///{(directory / 'tidewater.db').as_posix()}"
    return {"ENVIRONMENT": environment, "DATABASE_URL": url, "JWT_SECRET": os.urandom(32).hex()}


def test_every_mark_names_one_rule_and_every_first_rule_is_marked() -> None:
    named = defaultdict(set)
    for path, line, later, rule in marks(BEFORE):
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule), f"{path}:{line}: {rule}"
        named[later].add(rule)
    assert named[False] == FIRST_RULES
    assert named[True] - FIRST_RULES, "nothing is marked for later"


def test_the_repaired_tree_has_no_mark() -> None:
    assert list(marks(AFTER)) == []


def test_every_mistake_has_a_row_whose_files_exist_and_hold_its_rules() -> None:
    marked = defaultdict(set)
    for path, _, _, rule in marks(BEFORE):
        marked[path].add(rule)
    table = rows()
    assert [cells[0] for cells in table] == [str(number) for number in range(1, 13)]
    for number, _, before, rules, after in table:
        assert paths(before), number
        assert paths(after), number
        assert [p for p in paths(before) if not (BEFORE / p).is_file()] == [], number
        assert [p for p in paths(after) if not (AFTER / p).is_file()] == [], number
        held = set().union(*(marked[path] for path in paths(before)))
        assert set(QUOTED.findall(rules)) - held == set(), number


def test_every_mark_has_a_row_that_names_its_file_and_its_rule() -> None:
    told = {
        (path, rule) for _, _, before, rules, _ in rows() for path in paths(before) for rule in QUOTED.findall(rules)
    }
    assert [mark for mark in marks(BEFORE) if (mark[0], mark[3]) not in told] == []


def test_the_trees_have_one_layout_but_for_the_drifted_fly_files() -> None:
    before = {p.relative_to(BEFORE).as_posix() for p in files(BEFORE)}
    after = {p.relative_to(AFTER).as_posix() for p in files(AFTER)}
    assert before - after == {"fly.api.toml", "fly.worker.toml"}
    assert after - before == {"backend_saas/tests/test_rate_limit.py"}
    assert 25 <= len(before) <= 40


@pytest.mark.parametrize("tree", [BEFORE, AFTER], ids=["before", "after"])
def test_every_file_parses(tree: Path) -> None:
    for path in files(tree):
        if path.suffix == ".py":
            ast.parse(path.read_text("utf-8"), str(path))
        elif path.suffix == ".toml":
            tomllib.loads(path.read_text("utf-8"))


CONFIGURE = """
    import core.models
    from sqlalchemy.orm import configure_mappers
    configure_mappers()
"""
REPAIRS = {
    "Multiple classes found": lambda text: text[: text.index("class SkillVersion(Base):  # expect")],
    "Error creating backref 'skill_versions'": lambda text: text.replace('backref="skill_v', 'back_populates="skill_v'),
    "has no property 'assigned_tickets'": lambda text: text.replace('"assigned_tickets"', '"tickets"'),
}


def test_the_mappers_of_before_fail_to_configure_while_its_import_succeeds(tmp_path: Path) -> None:
    assert run(BEFORE / "backend_saas", "import core.models", tmp_path).returncode == 0
    failed = run(BEFORE / "backend_saas", CONFIGURE, tmp_path)
    assert failed.returncode != 0
    assert "sqlalchemy.exc." in failed.stderr.splitlines()[-1]


@pytest.mark.parametrize("left", [*REPAIRS, None])
def test_each_mapping_mistake_is_enough_and_without_them_the_mappers_configure(
    left: str | None, tmp_path: Path
) -> None:
    shutil.copytree(BEFORE / "backend_saas" / "core", tmp_path / "core")
    models = tmp_path / "core" / "models.py"
    for message, repair in REPAIRS.items():
        if message != left:
            models.write_text(repair(models.read_text("utf-8")), "utf-8")
    result = run(tmp_path, CONFIGURE, tmp_path)
    if left is None:
        assert result.returncode == 0, result.stderr
    else:
        assert left in result.stderr


CRASH = """
    import redis

    class Redis:
        def ping(self): asked.append("ping")
        def get(self, key): asked.append(key)

    asked = []
    redis.from_url = lambda *arguments, **options: Redis()
    from fastapi.testclient import TestClient
    from main_api_app import app
    try:
        with TestClient(app):
            print("started")
    except Exception as error:
        print(type(error).__module__, len(asked))
"""


def test_before_plays_the_incident_an_empty_sqlite_file_and_a_start_that_fails_after_its_reads(tmp_path: Path) -> None:
    result = run(BEFORE / "backend_saas", CRASH, tmp_path, NEON_DATABASE_URL="postgresql://db.invalid/tidewater")
    assert result.stdout == "sqlalchemy.exc 390\n", result.stderr
    assert (tmp_path / "tidewater_dev.db").is_file()


def test_the_mappers_of_after_configure_without_a_warning(tmp_path: Path) -> None:
    code = "import warnings\nwarnings.simplefilter('error')\n" + dedent(CONFIGURE)
    result = run(AFTER / "backend_saas", code, tmp_path, **settings(tmp_path))
    assert result.returncode == 0, result.stderr


SERVE = """
    import os, time
    import jwt
    from fastapi.testclient import TestClient
    from sqlalchemy import event
    import core.security.limiter
    from core.database import Base, SessionLocal, engine
    from core.models import Tenant, User
    from main_api_app import app

    class OneMinute:
        monotonic = staticmethod(time.monotonic)
        time = staticmethod(lambda: 60_000_000.0)

    core.security.limiter.time = OneMinute
    Base.metadata.create_all(engine)
    with SessionLocal.begin() as session:
        session.add_all([
            Tenant(id=1, name="Gullwing Boatyard", subdomain="gullwing", plan="harbour"),
            Tenant(id=2, name="Saltmarsh Moorings", subdomain="saltmarsh", plan="harbour"),
            User(id=7, tenant_id=1, email="front@gullwing.example", name="Front desk"),
        ])
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    def signed(key, **claims):
        claims = {"sub": "7", "iss": "tidewater-desk", "exp": int(time.time()) + 60} | claims
        return {"Authorization": "Bearer " + jwt.encode(claims, key, algorithm="HS256")}

    key = os.environ["JWT_SECRET"]
    with TestClient(app, base_url="http://gullwing.tidewaterdesk.example") as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/api/tenant").json()["name"] == "Gullwing Boatyard"
        assert client.get("/api/branding/nobody").status_code == 404
        statements.clear()
        assert client.get("/api/tenant").status_code == 200
        assert client.get("/api/branding/gullwing").json()["logo_url"] is None
        assert client.get("/api/branding/nobody").status_code == 404
        assert statements == [], statements

        change = {"logo_url": "https://gullwing.example/logo.svg", "primary_color": "#003355"}
        for refused in (signed("x" * 32), signed(key, exp=1), signed(key, iss="another")):
            assert client.put("/api/tenant/branding", json=change, headers=refused).status_code == 401
        elsewhere = signed(key) | {"Host": "saltmarsh.tidewaterdesk.example"}
        assert client.put("/api/tenant/branding", json=change, headers=elsewhere).status_code == 403
        assert client.put("/api/tenant/branding", json=change, headers=signed(key)).status_code == 200
        assert client.get("/api/branding/gullwing").json() == change

        assert client.post("/api/tickets", json={"subject": "Bilge pump"}, headers=signed(key)).status_code == 201
        assert [t["subject"] for t in client.get("/api/tickets", headers=signed(key)).json()] == ["Bilge pump"]
        session_id = client.post("/api/calendar/sessions", headers=signed(key)).json()["id"]
        pending = client.get(f"/api/calendar/sessions/{session_id}", headers=signed(key))
        assert (pending.status_code, pending.headers["Retry-After"]) == (202, "5")

        codes = [client.get("/api/tenant").status_code for _ in range(60)]
        assert codes.count(429) > 0 and codes[0] == 200, codes
        assert client.get("/health").status_code == 200
    print("served")
"""


def test_the_repaired_application_serves_without_redis_and_still_limits(tmp_path: Path) -> None:
    result = run(AFTER / "backend_saas", SERVE, tmp_path, REQUESTS_PER_MINUTE="40", **settings(tmp_path))
    assert result.stdout == "served\n", result.stderr


def test_the_repaired_application_starts_while_its_database_is_away(tmp_path: Path) -> None:
    code = """
        from fastapi.testclient import TestClient
        from main_api_app import app
        with TestClient(app) as client:
            print(client.get("/health").status_code)
    """
    chosen = settings(tmp_path) | {"DATABASE_URL": f"sqlite:///{(tmp_path / 'no' / 'such.db').as_posix()}"}
    result = run(AFTER / "backend_saas", code, tmp_path, **chosen)
    assert result.stdout == "200\n", result.stderr
    assert "the database does not answer: OperationalError" in result.stderr


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_the_repaired_application_refuses_sqlite_outside_development_and_tests(
    environment: str, tmp_path: Path
) -> None:
    result = run(AFTER / "backend_saas", "import main_api_app", tmp_path, **settings(tmp_path, environment))
    assert result.returncode != 0
    assert f"DATABASE_URL is SQLite while ENVIRONMENT is {environment}" in result.stderr


@pytest.mark.parametrize("name", ["ENVIRONMENT", "DATABASE_URL", "JWT_SECRET"])
def test_the_repaired_application_does_not_start_without_a_required_setting(name: str, tmp_path: Path) -> None:
    given = {key: value for key, value in settings(tmp_path).items() if key != name}
    result = run(AFTER / "backend_saas", "import main_api_app", tmp_path, **given)
    assert result.stderr.splitlines()[-1] == f"KeyError: '{name}'"


SYNC = """
    import time
    import core.security.limiter as module

    class Pipe:
        def __init__(self): self.commands = []
        def incrby(self, key, count): self.commands.append(count)
        def expire(self, key, seconds): self.commands.append(None)
        def execute(self):
            sent.append(self.commands)
            return [100 if count is not None else True for count in self.commands]

    class Client:
        def pipeline(self, transaction): return Pipe()

    class Clock:
        now = 0.0
        def monotonic(self): return self.now
        def time(self): return 1_000_000 * 60 + self.now

    sent = []
    module.time = clock = Clock()
    module.redis_client = Client
    limiter = module.RateLimiter(requests_per_minute=50)
    for second in range(30):
        clock.now = float(second)
        assert limiter.allow("gullwing")
    assert sent == [], "asked Redis before the interval was over"
    clock.now = 30.0
    assert limiter.allow("gullwing")
    assert sent == [[31, None]], sent
    assert not limiter.allow("gullwing"), "what the other machines counted counts too"
    clock.now = 61.0
    assert limiter.allow("gullwing"), "a new minute starts from nothing"
    assert sent == [[31, None], [1, None]], sent
"""


def test_the_repaired_limiter_asks_redis_once_an_interval_and_believes_the_other_machines(tmp_path: Path) -> None:
    result = run(AFTER / "backend_saas", SYNC, tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_kill_switch_keeps_the_client_from_being_built(tmp_path: Path) -> None:
    code = "from core.cache import redis_client; print(redis_client() is None)"
    url = "redis://localhost:1/0"
    assert run(AFTER / "backend_saas", code, tmp_path, REDIS_URL=url).stdout == "False\n"
    assert run(AFTER / "backend_saas", code, tmp_path, REDIS_URL=url, SUSPEND_REDIS="true").stdout == "True\n"


def test_the_repaired_scripts_change_nothing_without_execute(tmp_path: Path) -> None:
    code = """
        from core.database import Base, SessionLocal, engine
        from core.models import Tenant, Ticket
        from scripts import direct_cleanup, purge_test_data
        Base.metadata.create_all(engine)
        with SessionLocal.begin() as session:
            session.add(Tenant(id=1, name="Gullwing Boatyard", subdomain="gullwing", is_test=True))
            session.add(Ticket(tenant_id=1, subject="Bilge pump"))
        direct_cleanup.main(["--tenant-id", "1"])
        purge_test_data.main(["--tenant-id", "1"])
        with SessionLocal() as session:
            print("left:", session.query(Ticket).count())
        purge_test_data.main(["--tenant-id", "1", "--execute"])
        with SessionLocal() as session:
            print("left:", session.query(Ticket).count())
    """
    result = run(AFTER / "backend_saas", code, tmp_path, **settings(tmp_path))
    assert re.findall(r"left: (\d)", result.stdout) == ["1", "0"], result.stderr


def test_the_repaired_tests_pass_and_refuse_production(tmp_path: Path) -> None:
    shutil.copytree(AFTER, tmp_path / "after")
    code = "import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'after']))"
    passed = run(tmp_path / "after" / "backend_saas", code, tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    refused = run(tmp_path / "after" / "backend_saas", code, tmp_path, ENVIRONMENT="production")
    assert refused.returncode == 2
    assert "ENVIRONMENT is production" in refused.stdout + refused.stderr
