"""A variable of `[env]` that nothing in the project reads.

## Why
A variable that outlived the code, or whose name was changed on one side alone, looks like a setting that works: someone
turns it, and nothing happens. flyctl hands on whatever it is given.

## Bad
    import os

    LEVEL = os.getenv("LOG_LEVEL", "info")

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOGLEVEL = "debug"

## Good
    import os

    LEVEL = os.getenv("LOG_LEVEL", "info")

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "debug"

## Configuration
The rule runs when it is selected by its id: libraries and base images read many variables by themselves.

## Limits
A variable counts as read when its name stands in any file but fly.toml, dotenv files, Compose files and Markdown, when a
field of a settings class reads it, or when it stands in fly.toml again. Passed over are the variables of Fly.io, Python,
web servers, frameworks, databases and other well-known programs, files that deploy an image, those that build no Python,
and projects that use dynaconf, whose prefix may be set elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Edit, Finding, Position, Span, document_kind, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

KNOWN = re.compile(
    r"(?:PORT|HOST|HOME|PATH|TZ|LANG|LANGUAGE|LC|USER|TERM|SHELL|DEBIAN|NO_COLOR|FORCE_COLOR|FLY|PRIMARY_REGION|LITEFS"
    r"|PYTHON\w*|PIP|UV|POETRY|PDM|VIRTUAL_ENV|GUNICORN|UVICORN|HYPERCORN|GRANIAN|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|LISTEN"
    r"|DJANGO|FLASK|CELERY|C_FORCE_ROOT|STREAMLIT|GRADIO|CHAINLIT|DASH|BOKEH|JUPYTER|PREFECT|AIRFLOW|DAGSTER|DATASETTE"
    r"|NODE|NPM|YARN|PNPM|BUN|NEXT|NUXT|VITE|REACT_APP|EXPO|ASTRO|RAILS|RACK|BUNDLE|RUBY|GO|GIN|ERL|MIX|PHX|PHP|JAVA|JVM"
    r"|LD|MALLOC|JEMALLOC|OMP|MKL|OPENBLAS|NUMEXPR|TOKENIZERS|CUDA|TORCH|HF|TRANSFORMERS|TF|KERAS|ONNX|NLTK|TIKTOKEN"
    r"|OTEL|SENTRY|DD|DATADOG|NEW_RELIC|NEWRELIC|HONEYBADGER|ROLLBAR|LOGFIRE|LANGCHAIN|LANGSMITH|LANGFUSE|LITELLM|OLLAMA"
    r"|AWS|GOOGLE|GCP|AZURE|OPENAI|ANTHROPIC|STRIPE|TWILIO|POSTGRES|PG\w*|MYSQL|MARIADB|REDIS|MONGO|MINIO|RABBITMQ|QDRANT"
    r"|WANDB|COMET|MLFLOW|CHROME|CHROMIUM|PUPPETEER|PLAYWRIGHT|SELENIUM|SSL|REQUESTS|CURL|GIT|SSH|HTTPS?|NO_PROXY|ALL_PROXY)(?:_\w+)?"
)
"""Variables that libraries, programs and images read by themselves."""
ASIDE = frozenset({"fly", "dotenv", "compose", "markdown"})
"""Documents in which a name is no use of it."""


@rule(
    "fly-env-unused",
    needs=("environ", "BaseSettings", "decouple", "environs", "dynaconf", "starlette.config", "getenv"),
    severity="info",
    confidence=Confidence.MEDIUM,
    status="preview",
    since="0.1",
)
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the variable, whose line the fix takes out."""
    found = ctx.index.deployments.of(document)
    if found is None or found.fly.build.image is not None:
        return
    paths = [path for path in ctx.index.files if path.endswith(".py") and found.builds(path)]
    if not paths or any(read.kind == "dynaconf" for path in ctx.index.paths for read in ctx.index.settings.reads(path)):
        return
    text = document.source.text
    for name, variable in found.fly.env.items():
        if KNOWN.fullmatch(name) or len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text)) > 1:
            continue
        if not is_read(ctx.index, name):
            made = ctx.finding(variable.key_span, f"nothing in the project reads {name}")
            line = own_line(document, name)
            yield made if line is None else made.with_fix(f"remove {name}", Edit(line, ""), safe=False)


def own_line(document: Document, name: str) -> Span | None:
    """The line of a variable with its end; None where something else stands on it, or it goes over several."""
    item, lines = document.get("env", name), document.source.lines
    if item is None or item.key_span.start.line != item.value_span.end.line:
        return None
    start = item.key_span.start
    if lines[start.line - 1][: start.column - 1].strip() or start.line == len(lines):
        return None
    return Span(document.path, Position(start.line, 1), Position(start.line + 1, 1))


def is_read(index: Index, name: str) -> bool:
    """Whether the code reads a variable under any spelling, or its name stands in a file that may read it."""
    if index.inventory.mentions(name) or name in words_of_documents(index):
        return True
    settings = index.contract.settings.values()
    names = {known.upper() for setting in settings for known in (setting.name, *setting.aliases)}
    whole = name.upper()
    return whole in names or any(whole.startswith(f"{known}__") for known in names)


def words_of_documents(index: Index) -> frozenset[str]:
    """Every word of the files, other than code, that may read a variable: Dockerfiles, settings, workflows."""

    def find() -> frozenset[str]:
        found: set[str] = set()
        for path in index.files:
            if path.endswith(".py") or document_kind(path) in ASIDE:
                continue
            pattern = r"\$\{?(\w+)" if document_kind(path) == "dockerfile" else r"\w+"
            found.update(re.findall(pattern, index.text(path) or ""))
        return frozenset(found)

    result: frozenset[str] = index.keep("words-of-documents", find)
    return result
