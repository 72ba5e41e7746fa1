"""What files that deploy a project give environment variables: Compose and dotenv files, Kubernetes, Terraform and the like.

Read as text, as there are many kinds of them: where one names a variable and is not seen to give it an empty or a false
value, it is taken to turn it on. Nothing is read before a name is asked for.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ..kinds import kind_of
from .tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .facade import Index

NAMED = re.compile(
    r"(?:^|/)(?:\.?env[._-][\w.-]+|[\w.-]*[._-]env(?:[._-]\w+)?|(?:app|vercel|zappa_settings|[\w.-]*(?:task|deploy|ecs|container)[\w.-]*)\.json"
    r"|Jenkinsfile|Vagrantfile|[\w.-]+\.(?:tf|tfvars|hcl|nomad|bicep|j2|tpl|tmpl|service|ps1|bat|env[._-]\w+))$",
    re.IGNORECASE,
)
"""Files that deploy, beside those of kinds that are known by themselves."""
KINDS = frozenset({"dotenv", "dockerfile", "procfile", "yaml", "shell", "ini", "toml"})
OWN = re.compile(
    r"(?:^|/)(?:pyproject|poetry|uv|Cargo|mypy|ruff)\.(?:toml|lock)$|(?:^|/)(?:tox|setup|mypy|pytest|alembic|babel)\.(?:ini|cfg)$"
    r"|(?:^|/)(?:locales?|i18n|translations|node_modules|openapi)/|(?:^|/)\.pre-commit-config\.yaml$"
)
"""Files of these kinds that are about the code itself."""
WORKFLOW = re.compile(r"(?:^|/)(?:\.github|\.circleci|\.gitlab|\.azure)|(?:^|/)\.(?:travis|gitlab-ci)[\w.-]*$")
"""Files that test and build: what they give tells of a variable, not that the project says how it is deployed."""
TESTS = re.compile(
    r"(?:^|/)\.(?:github/workflows|circleci|gitlab|azure)/(?:.*[._-])?(?:ci|tests?|e2e|perf|lint|checks?|integration|pull|pr|build)\b"
)
"""Files of pipelines that test: what they turn on runs nowhere else."""
DEPLOYS = re.compile(r"deploy|release|publish|(?:^|[/._-])(?:cd|prod|production|staging)(?:[._-]|$)", re.IGNORECASE)
"""In names of those that deploy as well."""
GUIDE = re.compile(r"deploy|production|install|hosting|self-?host", re.IGNORECASE)
"""In names of Markdown files that tell how to run it."""
PLATFORM = re.compile(r"(?:^|/)(?:Procfile|heroku\.yml|railway\.(?:json|toml)|nixpacks\.toml|app\.json)$")
"""Files for platforms that give the address of what is added to an application by themselves."""
LARGE = 400_000
"""Bytes of a file that is no longer looked at."""
TRUE = frozenset({"true", "1", "yes", "on", "t", "y", "enabled"})
FALSE = frozenset({"", "false", "0", "no", "off", "f", "n", "none", "null", "disabled", "~", "''", '""'})
OFF = ("#None", "#False", "#0", "'")
"""Constants that count as false, in the facts' notation."""
WORD = r"(?!PIP_|UV_|POETRY_|PYTHON|DEBIAN_|NODE_|PDM_)[A-Z][A-Z0-9]*_[A-Z0-9_]+"
VARIABLE = re.compile(
    rf"^[ \t]*(?:-[ \t]*)?(?:export[ \t]+|ENV[ \t]+)?[\"']?{WORD}[\"']?[ \t]*[:=]|name:[ \t]*[\"']?{WORD}", re.MULTILINE
)
"""What gives a variable that is none of a tool's."""
GIVES = re.compile(r"[\"']?[ \t]*(?::=|\?=|=|:)[ \t]*(.*)|[ \t]+(\S.*)")
LISTED = re.compile(r"(?:\b[Nn]ame|\bkey)[\"']?[ \t]*[:=][ \t]*[\"']?$")
NEXT = re.compile(r"[\"']?[\s,}]*[\"']?value[\"']?[ \t]*[:=][ \t]*(.*)")
WORDS = re.compile(r"[\s,;]")
TEMPLATE = re.compile(r"[\"']?\{\{-?\s*([\w.]+)(?:\s*\|\s*(?:quote|string|lower|to_json|squote|bool))*\s*-?\}\}[\"']?")
SUBSTITUTED = re.compile(r"\$\{\w+:?-([^}]*)\}")
STORE = re.compile(
    r"image[\"']?:\s*[\"']?[\w./-]*(?:redis|valkey|dragonfly|keydb)|heroku-redis|rediscloud|type:\s*[\"']?(?:redis|keyvalue)"
    r"|elasticache|azurerm_redis|google_redis|upstash",
    re.IGNORECASE,
)
"""What starts a Redis, or books one."""

ADDRESS = re.compile(
    r".*(?:URLS?|URI|HOSTS?|ADDR|ADDRESS|DSN|SERVERS?|ENDPOINT|LOCATION|BACKEND|TYPE|STORAGE|STORE|BROKER|NODES|REDIS|CACHE)\d*",
    re.IGNORECASE,
)
"""Names of settings that say where something is, or which one."""
STORES = re.compile(r"REDIS|VALKEY|CACHE|BROKER|CELERY|QUEUE|STORE|STORAGE|BACKEND", re.IGNORECASE)
INJECTED = frozenset({"DATABASE_URL", "REDIS_URL", "REDIS_TLS_URL", "MONGO_URL"})
"""Addresses that platforms give to an application."""


class EnvTexts:
    """The texts of the files that deploy a project, and the values in them; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._known: dict[tuple[str, bool], frozenset[str]] = {}

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Paths and texts."""
        found = []
        for path in self.index.files:
            if path.endswith((".py", ".md")) or OWN.search(path):
                continue
            if kind_of(path) in KINDS or NAMED.search(path):
                text = self.index.text(path)
                if text is not None and len(text) < LARGE:
                    found.append((path, text))
        return tuple(found)

    @cached_property
    def says_how(self) -> bool:
        """Whether any of them, other than tests and scripts, gives any variable."""
        return any(
            VARIABLE.search(text)
            for path, text in self.texts
            if kind_of(path) not in ("shell", "ini") and not WORKFLOW.search(path)
        )

    @cached_property
    def starts_redis(self) -> bool:
        """Whether one of them starts a Redis beside the project, or books one."""
        return any(STORE.search(text) for path, text in self.texts if not WORKFLOW.search(path))

    @cached_property
    def is_hosted(self) -> bool:
        """Whether a platform runs it that gives addresses such as ``REDIS_URL`` by itself."""
        return any(PLATFORM.search(path) for path in self.index.files)

    def may_give(self, names: Iterable[str], value: str, *, any_case: bool = False) -> bool:
        """Whether something in the repository gives a variable a value that is not this one, or production may do so.

        A flag that is off by its default is off. What is empty, or the first of several, may as well be given where the
        project says nothing of how it is deployed.
        """
        text = (text_of(value) or "").lower()
        for name in names:
            if self.values(name, any_case=any_case) - {"", text}:
                return True
        if any(self.is_documented(name, anywhere=ADDRESS.fullmatch(name) is not None) for name in names):
            return True
        if value in ("#False", "#0", "#True") or text in (FALSE | TRUE) - {""}:
            return False
        if not self.says_how or (self.is_hosted and not INJECTED.isdisjoint(names)):
            return True
        places = [name for name in names if ADDRESS.fullmatch(name)]
        return any(STORES.search(name) for name in places) and self.starts_redis

    def is_documented(self, name: str, *, anywhere: bool) -> bool:
        """Whether Markdown gives a variable a value, ``NAME=redis://...``: any, or one that tells how to deploy the project."""
        no = "|".join(rf"{word}\b" for word in FALSE if word.isalnum())
        given = re.compile(rf"(?<![\w#]){re.escape(name)}[\"']?(?:=|: )[\"']?(?!(?i:{no}))[^\s\"'`|]")
        return any(
            given.search(text)
            for path in self.index.files
            if path.lower().endswith(".md")
            and (anywhere or GUIDE.search(path.rpartition("/")[2]))
            and (text := self.index.text(path)) is not None
            and name in text
        )

    def values(self, name: str, *, any_case: bool = False) -> frozenset[str]:
        """What is given for a variable, in small letters; empty for false values, ``?`` for what is not in the file."""
        key = (name, any_case)
        if key not in self._known:
            word = re.compile(rf"(?<![\w$.])(?:\w+__)?{re.escape(name)}(?!\w)", re.IGNORECASE if any_case else 0)
            small = name.lower()
            found: set[str] = set()
            for path, text in self.texts:
                is_test = TESTS.search(path) is not None and DEPLOYS.search(path) is None
                if ((small in text.lower()) if any_case else name in text) and not is_test:
                    found.update(_given(text, word))
            self._known[key] = frozenset(found)  # a template that names itself
            known = {value for one in found for value in (self._of_template(one) if one[:2] == "{{" else (one,))}
            self._known[key] = frozenset(known)
        return self._known[key]

    def _of_template(self, value: str) -> frozenset[str]:
        """What the file with the values of a chart or a playbook gives: ``{{ .Values.limits.enabled | quote }}``."""
        return self.values(value[2:]) or frozenset({"?"})


def _given(text: str, word: re.Pattern[str]) -> Iterator[str]:
    for match in word.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        before, after = text[start : match.start()], text[match.end() : len(text) if end < 0 else end]
        if before.lstrip().startswith(("#", "//", ";")) or before.endswith(("${", "{{ ", "{{")) or " #" in before:
            continue
        if LISTED.search(before):  # - name: X, then its value
            following = NEXT.match(text, match.end())
            yield _plain(following[1]) if following is not None else "?"
            continue
        given = GIVES.match(after)
        yield "?" if given is None else _plain(given[1] if given[1] is not None else given[2])


def _plain(value: str) -> str:
    """A value without quotes and comment, with the default of a substitution for it; of a template ``{{`` and the name."""
    value = value.strip()
    template = TEMPLATE.fullmatch(value)
    if template is not None:
        return "{{" + template[1].rpartition(".")[2]
    if value[:1] in ("'", '"'):
        value = value[1:].partition(value[0])[0]
    else:
        value = re.split(r"\s+#|,\s*$|[,}]\s|\}\s*$" if "${" not in value else r"\s+#", value)[0]
    value = SUBSTITUTED.sub(r"\1", value).strip().strip("\"'").lower()
    first = WORDS.split(value)[0]  # --set-env-vars=LIMITS=false,MODE=fast, or the backslash before the next line
    return "" if value in FALSE or first in FALSE - {""} else value or "?"
