"""The rule ``secret-hardcoded``: what it finds, what it leaves alone, and that no value ever comes out of it."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import string
from pathlib import Path

import msgspec
import pytest
from atomlint_rules.secret import hardcoded
from atomlint_rules.secret._anchors import LONG_LINE, anchored, fold, in_text
from atomlint_rules.secret._detectors import EXTRA, STOCK
from atomlint_rules.secret._keys import family
from atomlint_rules.secret._placeholders import is_placeholder
from atomlint_rules.secret._urls import urls
from atomlint_rules.secret._value import looks_chosen, looks_random
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint import Confidence, Finding, Text, TextContext
from atomlint.fingerprint import secret_digest
from atomlint.kinds import kind_of
from atomlint.source import Source

FIXTURES = Path(__file__).parent / "fixtures" / "secret" / "secret-hardcoded"
RULE = hardcoded.may_hold_credentials
KEY = b"a key of thirty-two bytes, no less"
ALNUM = string.ascii_letters + string.digits
EXPECT = re.compile(r"(?:#|<!--) expect: secret-hardcoded")
RANDOM = random.Random(2604)


def made(size: int, alphabet: str = ALNUM) -> str:
    """A value as a machine makes it: no word in it, digits and letters in turns."""
    while True:
        value = "".join(RANDOM.choice(alphabet) for _ in range(size))
        if size < 12 or (looks_random(value, mass=8) and not is_placeholder(value)):
            return value


def hexa(size: int) -> str:
    return made(size, "0123456789abcdef")


def check(content: str | bytes, path: str = "app.py", *, is_test: bool = False, **options: object) -> list[Finding]:
    data = content.encode() if isinstance(content, str) else content
    text = Text(Source(path, data), kind_of(path), is_test)
    if not RULE.nominate(text):
        return []
    context = TextContext(RULE, {name.replace("_", "-"): value for name, value in options.items()}, KEY)
    return list(RULE.handlers["*"](context, text))


def tiers(findings: list[Finding]) -> list[str]:
    return [finding.confidence.value for finding in findings]


# Prefix and body are joined at run time: no file of the repository holds a well-formed token.
TOKENS = {
    "Asana token": lambda: f"2/{'1209'}{RANDOM.randrange(10**12)}/{'1210'}{RANDOM.randrange(10**12)}:{hexa(32)}",
    "Upstash token": lambda: "AY" + made(2) + "AAI" + "ncD" + "E" + made(48),
    "Neon password": lambda: "npg" + "_" + made(12),
    "Fly.io token": lambda: "FlyV1 " + "fm2" + "_" + "lJPE" + made(90),
    "Google OAuth client secret": lambda: "GOCS" + "PX-" + made(28),
    "GitHub token": lambda: "github" + "_pat_" + made(22) + "_" + made(59),
    "Anthropic API key": lambda: "sk-" + "ant-" + "api03-" + made(93) + "AA",
    "OpenAI API key": lambda: "sk-" + "proj-" + made(40) + "T3Blbk" + "FJ" + made(40),
    "language model API key": lambda: "sk-" + "or-v1-" + hexa(64),
    "Slack app token": lambda: (
        "xa"
        "pp-1-A" + made(10, string.ascii_uppercase + string.digits) + f"-{RANDOM.randrange(10**12, 10**13)}-" + hexa(64)
    ),
    "bearer token": lambda: "Bearer " + made(40),
    "AWS key": lambda: "AK" + "IA" + "".join(RANDOM.choices(string.ascii_uppercase + "234567", k=12)) + "7QX4",
    "Slack token": lambda: "xo" + f"xb-{RANDOM.randrange(10**11, 10**12)}-" + made(24, "abcdefghij0123456789"),
    "Stripe key": lambda: "sk" + "_li" + "ve_" + made(24),
    "SendGrid API key": lambda: "S" + "G." + made(22) + "." + made(43),
    "GitLab token": lambda: "gl" + "pat-" + made(20),
    "npm token": lambda: "//registry.shop.dev/:_auth" + "Token=npm_" + made(36),
    "Twilio key": lambda: "S" + "K" + hexa(32),
    "Telegram bot token": lambda: f"{RANDOM.randrange(10**9, 10**10)}:" + made(35),
    "Discord bot token": lambda: "M" + made(23) + "." + made(6) + "." + made(27),
    "Square OAuth secret": lambda: "sq0" + "csp-" + made(43),
    "Azure storage account key": lambda: "Account" + "Key=" + made(86) + "==",
    "Mailchimp key": lambda: hexa(32) + "-us" + "12",
    "PyPI token": lambda: "pypi-" + "AgEIcHlwaS5vcmc" + made(80),
    "Artifactory credential": lambda: "AK" + "C" + made(40),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_providers_token_is_found_in_code_and_in_tests(kind: str) -> None:
    token = TOKENS[kind]()
    for is_test in (False, True):
        findings = check(f'use("{token}")\n', is_test=is_test)
        assert [re.split(r" in | \(", finding.message)[0] for finding in findings] == [kind], len(token)
        assert tiers(findings) == ["high"]


@pytest.mark.parametrize("kind", TOKENS)
def test_half_a_token_is_no_token(kind: str) -> None:
    token = TOKENS[kind]()
    assert check(f'use("{token[:9]}...")\n') == []


def test_every_plugin_has_a_case() -> None:
    assert {detector.kind for detector in (*EXTRA, *STOCK)} == {*TOKENS, "JSON web token", "private key"}


def test_a_web_token_counts_unless_it_is_the_textbooks() -> None:
    import base64

    def token(payload: str) -> str:
        parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"HS256"}', payload))
        return ".".join((*parts, made(43)))

    assert tiers(check(f'use("{token("""{"sub":"1207553","scope":"orders"}""")}")')) == ["high"]
    assert check(f'use("{token("""{"sub":"1234567890","name":"John Doe"}""")}")') == []
    mine = token("""{"sub":"1207553"}""")
    assert tiers(check(f'CRM_TOKEN = "{mine}"\nid_token = "{mine}"', is_test=True)) == ["high", "low"]
    assert check(f'SESSION_TOKEN = "{token("""{"role":"anon"}""")}"') == []


def pem(body: str) -> str:
    return "-----BEGIN RSA " + f"PRIVATE KEY-----\n{body}\n-----END RSA " + "PRIVATE KEY-----\n"


def test_a_private_key_needs_its_body() -> None:
    body = "\n".join(made(64) for _ in range(12))
    findings = check(f'KEY = """{pem(body)}"""\n', is_test=True)
    assert [(f.message.partition(" (")[0], f.confidence, f.span.start.line) for f in findings] == [
        ("private key", Confidence.HIGH, 1)
    ]
    assert len(check('KEY = "' + pem(body).replace("\n", "\\n") + '"')) == 1
    assert check('if data.startswith("-----BEGIN ' + 'PRIVATE KEY-----"):\n    load(data)\n') == []
    assert check(f'KEY = """{pem("MIIE...")}"""\n') == []


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_a_fixtures_findings_stand_on_the_lines_that_expect_them(path: Path) -> None:
    data = path.read_bytes()
    expected = [number for number, line in enumerate(data.decode().splitlines(), 1) if EXPECT.search(line)]
    assert [finding.span.start.line for finding in check(data, path.name)] == expected
    assert bool(expected) == path.name.startswith("bad")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('CRM_CLIENT_SECRET = "{}"', "CRM_CLIENT_SECRET"),
        ('self.crm_api_key: str | None = "{}"', "crm_api_key"),
        ('connect(client_secret="{}")', "client_secret"),
        ('x = {{"crmApiKey": "{}"}}', "crmApiKey"),
        ("os.environ['CRM_TOKEN'] = '{}'", "CRM_TOKEN"),
        ('crm_secret: str = Field(default="{}")', "crm_secret"),
        ('crm_secret = SecretStr("{}")', "crm_secret"),
        ('monkeypatch.setenv("CRM_TOKEN", "{}")', "CRM_TOKEN"),
        ('crm_secret = settings.secret or "{}"', "crm_secret"),
        ('crm_secret = (\n    "{}"\n)', "crm_secret"),
        ('# CRM_SECRET = "{}"', "CRM_SECRET"),
    ],
)
def test_a_random_value_is_found_under_a_credentials_name(line: str, name: str) -> None:
    (finding,) = check(line.format(hexa(32)), is_test=True)
    assert finding.confidence is Confidence.HIGH
    assert f" in {name} (32 characters: hexadecimal digits)" in finding.message


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".env", "CRM_SECRET={}"),
        (".env.template", "export CRM_SECRET='{}'"),
        ("Dockerfile", "ENV CRM_SECRET {}"),
        ("deploy.sh", "CRM_SECRET={} ./run"),
        ("README.md", "1. `CRM_SECRET={}`"),
        ("compose.yaml", "      - CRM_SECRET={}"),
        ("setup.cfg", "crm_secret = {}"),
    ],
)
def test_a_bare_value_is_found_outside_programming_languages(path: str, line: str) -> None:
    assert tiers(check(line.format(hexa(32)), path)) == ["high"]


def test_a_bare_name_in_code_is_a_variable() -> None:
    assert check("crm_secret = a1b2c9d8e7f60718293a4b5c6d7e8f90\n") == []


@pytest.mark.parametrize(
    ("content", "path", "is_test", "expected"),
    [
        ('ADMIN_PASSWORD = "blue-Horse7"', "app.py", False, ["medium"]),
        ('ADMIN_PASSWORD = "blue-Horse7"', "app.py", True, ["low"]),
        ('ADMIN_PASSWORD = "blue-Horse7"', "docs/setup.py", False, ["low"]),
        ('JWT_SECRET = "ledger-signing-2024"', "app.py", False, ["medium"]),
        ('JWT_SECRET = "ledger-signing-2024"', "app.py", True, []),
        ('SECRET_KEY = os.getenv("SECRET_KEY", "change-me-in-production")', "app.py", False, ["medium"]),
        ('SECRET_KEY = "change-me-in-production"', "app.py", False, []),
        ('access_token = "{random}"', "app.py", False, ["medium"]),
        ('access_token = "{random}"', "app.py", True, ["low"]),
        ('url = "postgresql://ledger:{random}@db.ledger.shop/x"', "app.py", True, ["high"]),
        ('url = "postgresql://ledger:{random}@localhost/x"', "app.py", False, ["medium"]),
        ('url = "postgresql://ledger:blue-Horse7@db.ledger.shop/x"', "app.py", False, ["high"]),
        ('url = "postgresql://ledger:blue-Horse7@db.ledger.shop/x"', "app.py", True, ["low"]),
        ('url = "postgresql://ledger:ledger@localhost/x"', "app.py", False, []),
        ('url = "redis://:{random}@eu1.cache.shop:6379"', "app.py", True, ["high"]),
    ],
)
def test_confidence_follows_form_and_place(content: str, path: str, is_test: bool, expected: list[str]) -> None:
    assert tiers(check(content.replace("{random}", made(24)), path, is_test=is_test)) == expected


@pytest.mark.parametrize("name", ["dbPassword", "X-API-Key", "AWS_SECRET_ACCESS_KEY", "smtp_pass", "JWT_SECRET_DEV"])
def test_a_credentials_name_is_recognised(name: str) -> None:
    assert family(name) is not None


@pytest.mark.parametrize(
    "name",
    ["max_tokens", "next_page_token", "token_type", "public_key", "primary_key", "two-pass", "secret_name", "bypass"],
)
def test_a_name_that_only_sounds_so_is_not(name: str) -> None:
    assert family(name) is None


@pytest.mark.parametrize(
    "value", ["abc123def456ghi789jkl", "a1b2c3d4e5f6a7b8c9d0", "ServiceAccountToken2024v2", "x" * 40]
)
def test_an_invented_value_does_not_look_random(value: str) -> None:
    assert not looks_random(value)


def test_the_position_is_exact_with_bom_crlf_and_wide_characters() -> None:
    value = hexa(32)
    line = f'é = "𝛑"; crm_secret = "{value}"'
    findings = check("\ufeff# ü\r\n\f\r\n".encode() + line.encode() + b"\r\n")
    source = Source("app.py", f"\ufeff# ü\r\n\f\r\n{line}\r\n".encode())
    assert [(f.span.start.line, f.span.start.column) for f in findings] == [(3, line.index(value) + 1)]
    assert source.slice(findings[0].span) == value


def test_one_value_gives_one_finding_although_several_detectors_see_it() -> None:
    token = TOKENS["Neon password"]()
    findings = check(f'DATABASE_PASSWORD = "postgresql://ledger:{token}@ep-x.neon.tech/db"\n')
    assert [finding.message.partition(" (")[0] for finding in findings] == ["Neon password in DATABASE_PASSWORD"]


def test_a_value_that_stands_twice_is_found_twice_with_one_digest() -> None:
    value = hexa(32)
    findings = check(f'a_secret = "{value}"; b_secret = "{value}"\nc_secret = "{value}"\n')
    assert [finding.span.start.line for finding in findings] == [1, 1, 2]
    assert {finding.fingerprint for finding in findings} == {secret_digest(value, KEY)}


@pytest.mark.parametrize(
    "content",
    [
        'a_secret = "{}"  # pragma: allowlist secret',
        "# pragma: allowlist nextline secret\na_secret = '{}'",
        'a_secret = "{}"  # pragma: whitelist secret',
    ],
)
def test_a_pragma_of_detect_secrets_is_honoured(content: str) -> None:
    value = hexa(32)
    assert check(content.format(value)) == []
    assert len(check(content.format(value).replace("pragma", "note"))) == 1


def test_an_ignored_key_is_not_reported() -> None:
    content = f'DEMO_SECRET = "{hexa(32)}"\nCRM_SECRET = "{hexa(32)}"\n'
    assert [finding.span.start.line for finding in check(content, ignore_keys=["DEMO_SECRET"])] == [2]


@pytest.mark.parametrize("path", ["poetry.lock", "web/package-lock.json", "app.min.js", "logo.svg", "notes.ipynb"])
def test_files_of_digests_and_output_are_not_read(path: str) -> None:
    assert check(f'{{"api_secret": "{hexa(32)}"}}', path) == []


def test_a_secret_far_into_a_very_long_line_is_found() -> None:
    value = hexa(32)
    filler = '{"name": "ledger"}, ' * LONG_LINE
    findings = check(f'[{filler}{{"api_secret": "{value}"}}, {filler}1]', "data.json")
    assert [finding.span.start.column for finding in findings] == [1 + len(filler) + 16 + 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_secret_stands_at_its_character_in_any_encoding(encoding: str) -> None:
    content = (
        f"# coding: {encoding}\nNAME = 'é'\ncrm_token = request.token  # é\nÉté = 'é'; crm_secret = '{hexa(32)}'\n"
    )
    (finding,) = check(content.encode(encoding))
    assert (finding.span.start.line, finding.span.start.column) == (4, 26)


def test_a_text_without_an_anchor_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "text", property(lambda self: pytest.fail("decoded")))
    assert check('secret = load("crm")\ntoken = request.token\n') == []


def test_no_detector_touches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    from detect_secrets.settings import default_settings

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    content = "\n".join(f'use("{make()}")' for make in TOKENS.values())
    with default_settings():  # with these, a plugin's own analyze_line would ask the provider
        assert len(check(content)) == len(TOKENS)


def test_the_stock_settings_stay_as_they_were() -> None:
    from detect_secrets.settings import get_settings

    before = get_settings().json()
    check("\n".join(f'use("{make()}")' for make in TOKENS.values()))
    assert get_settings().json() == before


PIECES = st.one_of(
    st.sampled_from(sorted(TOKENS)).map(lambda kind: TOKENS[kind]()),
    st.sampled_from(
        [
            ' = "',
            '"',
            "'",
            "\n",
            "\r\n",
            "password",
            " api_key: ",
            "TOKEN=",
            "://u:",
            "@db.ledger.shop",
            "é",
            "𝛑",
            "# ",
            ",",
        ]
    ),
    st.text(ALNUM + "-_:/@= \"'.", max_size=40),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_gate_and_the_hints_lose_nothing_of_the_stock_plugins(content: str) -> None:
    from detect_secrets.plugins.basic_auth import BasicAuthDetector
    from detect_secrets.settings import transient_settings

    source = Source("notes.txt", content.encode())
    anchors = in_text(anchored(source.data, bare=False), source.data, source.text, bare=False)
    with transient_settings({"plugins_used": []}):
        for start, line in zip(source.starts, source.lines, strict=True):
            formed = any(start <= anchor.offset <= start + len(line) for anchor in anchors if anchor.is_form)
            for detector in STOCK:
                stock = {secret.secret_value for secret in detector.plugin.analyze_line("notes.txt", line)}
                assert detector.values(line, fold(line)) == stock
                assert formed or not stock
            basic = {secret.secret_value for secret in BasicAuthDetector().analyze_line("notes.txt", line)}
            assert formed or not basic


@settings(max_examples=60, deadline=None)
@given(st.text("abcXYZ019-._", min_size=3, max_size=20))
def test_the_url_detector_sees_what_basic_auth_sees(password: str) -> None:
    from detect_secrets.plugins.basic_auth import BasicAuthDetector

    line = f"postgresql://ledger:{password}@db.ledger.shop/x"
    assert {hit.value for hit in urls(line, 0)} == set(BasicAuthDetector().analyze_string(line))


VALUES = st.one_of(
    st.sampled_from(sorted(TOKENS)).map(lambda kind: TOKENS[kind]()),
    st.integers(16, 64).map(made),
    st.text(ALNUM + "!-_.:#", min_size=6, max_size=24).filter(looks_chosen),
    st.sampled_from(["characters:", "letters,digits1", "hardcoded-1", "P0stgres!", "key_1234"]),
)


@settings(max_examples=100, deadline=None)
@given(
    VALUES,
    st.sampled_from(
        ['ADMIN_PASSWORD = "{}"', 'crm_secret = "{}"', 'use("{}")', '{}_password = "{}"', 'u = "amqp://a:{}@mq.shop"']
    ),
    st.booleans(),
)
def test_no_output_of_a_finding_holds_the_value(value: str, shape: str, is_test: bool) -> None:
    content = shape.replace("{}", value)
    for finding in check(content, is_test=is_test):
        found = Source("app.py", content.encode()).slice(finding.span)
        for output in (repr(finding), msgspec.json.encode(finding).decode()):
            assert found not in output
            assert value not in output


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("a.py", 'A, B = "{}", "{}"'),
        ("a.py", 'd = {"{}": "{}"}'),
        ("a.py", 'pairs = [("admin", "{}"), ("b", "{}")]'),
        ("a.py", 'login("{}", "{}")'),
        ("a.json", '["{}", "{}"]'),
        ("a.json", '{"client_secret": "{}", "t": "{}"}'),
        ("a.json", '{"password": "{}", "url": "postgresql://a:{}@db.shop-internal.net/x"}'),
        (".env", "{}={}"),
        ("a.yaml", "{}: {}"),
        ("a.md", "log in with {}: {}"),
        ("a.md", "use `{}` or `{}`"),
    ],
)
@pytest.mark.parametrize("kind", ["GitHub token", "password"])
def test_a_value_that_stands_before_another_is_not_taken_for_its_name(path: str, shape: str, kind: str) -> None:
    token = TOKENS["GitHub token"]
    values = [token() if kind == "GitHub token" else "hunter2" + made(12), token()]
    first, second = values
    content = shape.replace("{}", first, 1).replace("{}", second, 1)
    findings = check(content, path)
    assert findings
    for finding in findings:
        assert not any(value in repr(finding) for value in values)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('{"client_secret": "", "t": "{}"}', "t"),
        ('token = os.getenv("CRM_TOKEN", "{}")', "CRM_TOKEN"),
        ('os.environ.setdefault("CRM_2_TOKEN", "{}")', "CRM_2_TOKEN"),
        ('client = Client(region="eu", oauth2_token="{}")', "oauth2_token"),
        ('x = f("CRM_TOKEN", "{}")', "x"),
    ],
)
def test_a_token_stands_under_the_nearest_name(line: str, name: str) -> None:
    (finding,) = check(line.replace("{}", TOKENS["GitHub token"]()))
    assert f" in {name} (" in finding.message


def test_a_hits_representation_holds_no_value() -> None:
    from atomlint_rules.secret._scan import scan

    value = hexa(32)
    (hit,) = scan(Source("a.py", f'crm_secret = "{value}"'.encode()), bare=False)
    assert hit.value == value
    assert value not in repr(hit)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", ".env", "a.md"]))
def test_any_bytes_give_findings_or_a_decode_error(data: bytes, path: str) -> None:
    from atomlint.source import DecodeError

    content = data + b'\ncrm_secret = "' + hexa(32).encode() + b'"\n'
    with contextlib.suppress(DecodeError):
        assert check(content, path)
