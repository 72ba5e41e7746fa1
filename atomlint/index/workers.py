"""How many processes a command starts, and which module each begins with.

Facts of the programs: the options of uvicorn, gunicorn, hypercorn, granian, fastapi, celery, dramatiq and taskiq, and
``WEB_CONCURRENCY``, which uvicorn, gunicorn and hypercorn's wrappers read when no option is given.
"""

from __future__ import annotations

import re
from posixpath import join
from typing import TYPE_CHECKING, NamedTuple

from ..syntax.shell import program, read_commands
from .figures import Figure, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .deployments import Deployment
    from .figures import Settler

Words = list["str | None"]
RUNNERS = frozenset(
    [
        "uv", "poetry", "pipenv", "pdm", "rye", "hatch", "ddtrace-run", "opentelemetry-instrument", "newrelic-admin",
        "run-program", "run", "honcho",
    ]
)  # fmt: skip
PYTHON = re.compile(r"(?:.*/)?(?:python(?:3(?:\.\d+)?)?|pypy3?)")
SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z)?sh")
COUNTS = {
    "uvicorn": ("--workers",), "gunicorn": ("-w", "--workers"), "hypercorn": ("-w", "--workers"), "granian": ("--workers",),
    "fastapi": ("--workers",), "dramatiq": ("-p", "--processes"), "taskiq": ("-w", "--workers"),
    "celery": ("-c", "--concurrency", "--autoscale"),
}  # fmt: skip
CONCURRENCY = frozenset({"uvicorn", "gunicorn", "fastapi"})
"""Programs that take ``WEB_CONCURRENCY`` when they are told no count."""
SINGLE = frozenset(
    {"daphne", "arq", "rq", "rqworker", "huey_consumer", "streamlit", "flask", "waitress-serve", "saq", "procrastinate"}
)
CELERY_OPTIONS = frozenset({"-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir"})
"""Options before celery's command that are followed by a value."""
MANY = {"celery": "a process a CPU", "dramatiq": "a process a CPU"}
APPLICATION = re.compile(r"([A-Za-z_][\w.]*):[\w.()]+")
MODULE = re.compile(r"[A-Za-z_][\w.]*")


class Started(NamedTuple):
    """Processes of one program."""

    program: str
    processes: Figure
    module: str | None
    """Dotted name, or a path that ends in ``.py``; None when it is not known."""
    is_worker: bool = False
    """Whether it runs tasks of a queue, which it may discover by their names."""


def started(settler: Settler, deployment: Deployment, group: str) -> list[Started] | None:
    """The programs of Python that a group's machines start; None when the command is not known."""
    from .starts import written_command

    written = written_command(deployment, group)
    if written is None:
        return None
    variables = {name: given.value for name, given in settler.environment.items()}
    vm = deployment.fly.vm_of(group)
    cpus = vm.cpus if vm is not None else None
    found: list[Started] = []
    for words in _commands(deployment, written.words, variables):
        one = of_words(settler, words, cpus)
        if one is not None:
            found.append(one)
    return found or None


def of_words(settler: Settler, words: Sequence[str | None], cpus: int | None) -> Started | None:
    """What one command starts; None for what is no program of Python that is known."""
    rest = _bare(words)
    name = (rest[0] or "").rpartition("/")[2] if rest else ""
    if PYTHON.fullmatch(name) and len(rest) > 1:
        if rest[1] == "-m" and len(rest) > 2:
            rest = rest[2:]
            name = rest[0] or ""
            if name not in COUNTS and name not in SINGLE:
                return Started("python", Figure(1, "one process"), name)
        elif (rest[1] or "").endswith(".py"):
            return Started("python", Figure(1, "one process"), rest[1])
        else:
            return None
    if name in SINGLE:
        return Started(name, Figure(1, "one process"), _module(rest[1:]))
    if name not in COUNTS:
        return None
    command = _subcommand(rest[1:]) if name == "celery" else ""
    if name == "celery" and command != "worker":
        return Started(name, Figure(1, "one process"), _module(rest[1:])) if command == "beat" else None
    return Started(name, _count(settler, name, rest[1:], cpus), _module(rest[1:]), command == "worker")


def _subcommand(words: Sequence[str | None]) -> str:
    """The first word that is neither an option of celery itself nor the value of one."""
    skip = False
    for word in words:
        if skip or word is None or word.startswith("-"):
            skip = not skip and word is not None and word in CELERY_OPTIONS
            continue
        return word
    return ""


def _count(settler: Settler, name: str, words: Words, cpus: int | None) -> Figure:
    options = dict(_options(words))
    pool = options.get("-P", options.get("--pool"))
    if name == "celery" and pool in ("solo", "threads", "gevent", "eventlet"):
        return Figure(1, f"celery --pool {pool}")
    if "--reload" in options:
        return Figure(1, "--reload")
    for option in COUNTS[name]:
        if option in options:
            text = (options[option] or "").partition(",")[0]
            return (
                Figure(float(text), f"{name} {option} {text}") if text.isdigit() else unknown(f"{option} is computed")
            )
    if name == "gunicorn":
        configured = _of_gunicorn(settler, options)
        if configured is not None:
            return configured
    if name in CONCURRENCY and "WEB_CONCURRENCY" in settler.environment:
        given = settler.environment["WEB_CONCURRENCY"]
        if given.value is not None and given.value.isdigit():
            return Figure(float(given.value), f"WEB_CONCURRENCY in {given.source}", given.span, "WEB_CONCURRENCY", True)
        return unknown("WEB_CONCURRENCY is not known")
    if name in MANY:
        return Figure(float(cpus), f"{name}: {MANY[name]}") if cpus else unknown(f"{name}: {MANY[name]}")
    return Figure(1, f"{name} without a count")


def _of_gunicorn(settler: Settler, options: dict[str, str | None]) -> Figure | None:
    """``workers`` of the file of settings that is named, or of ``gunicorn.conf.py``."""
    named = options.get("-c", options.get("--config", "gunicorn.conf.py"))
    if named is None:
        return unknown("its configuration is not known")
    name = named.removeprefix("file:").removeprefix("python:")
    wanted = name if name.endswith(".py") else name.replace(".", "/") + ".py"
    tail = wanted.rpartition("/")[2]
    paths = [path for path in settler.index.files if path == tail or path.endswith("/" + tail)]
    if not paths:
        return None if "-c" not in options and "--config" not in options else unknown(f"{named} is not there")
    path = min(paths, key=len)
    table = settler.linker.table(path)
    if not table.lookup(0, "workers"):
        return None
    return settler.number(path, 0, "workers")


def module_path(settler: Settler, deployment: Deployment | None, module: str | None) -> str | None:
    """The file of a module that a command names, among those that are deployed; None when there is not exactly one best."""
    if module is None:
        return None
    tail = module.lstrip("./") if module.endswith(".py") else module.replace(".", "/") + ".py"
    tails = [tail, tail.removesuffix(".py") + "/__main__.py", tail.removesuffix(".py") + "/__init__.py"]
    if tail.startswith("/"):
        tails = [tail.rpartition("/")[2]]
    parts = tail.split("/")
    while len(parts) > 1:  # /app/worker/main.py
        parts = parts[1:]
        if module.startswith("/"):
            tails.append("/".join(parts))
    for wanted in tails:
        found = [
            path
            for path in settler.index.files
            if path.endswith(".py")
            and (path == wanted or path.endswith("/" + wanted))
            and path not in settler.index.tests
            and (deployment is None or deployment.builds(path))
        ]
        if found:
            return min(found, key=lambda path: (path.count("/"), path))
    return None


def _commands(deployment: Deployment, words: Sequence[str | None], variables: dict[str, str | None]) -> Iterator[Words]:
    """The simple commands behind words: of ``sh -c``, of a script of the project."""
    from ..source import Source

    rest = program(words)
    if len(rest) > 2 and SHELL.fullmatch(rest[0] or "") and re.fullmatch(r"-\w*c", rest[1] or ""):
        for command in read_commands(Source.from_text("command", rest[2] or ""), None, 0, dict(variables)):
            yield from _commands(deployment, command.words, variables)
        return
    if len(rest) > 1 and SHELL.fullmatch(rest[0] or ""):
        rest = rest[1:]
    if rest and (rest[0] or "").endswith((".sh", ".bash")):
        text = deployment.script(rest[0] or "")
        for command in read_commands(Source.from_text("script", text), None, 0, dict(variables)) if text else ():
            inner = program(command.words)
            if not (inner and (inner[0] or "").endswith((".sh", ".bash"))):
                yield list(inner)
        return
    yield list(rest)


def _bare(words: Sequence[str | None]) -> Words:
    """Without what only runs the program: ``poetry run``, ``exec``."""
    rest = program(words)
    while len(rest) > 1 and (rest[0] or "").rpartition("/")[2] in RUNNERS:
        rest = rest[1:]
        while rest and (rest[0] or "").startswith("-"):
            rest = rest[1:]
    return program(rest)


def _options(words: Sequence[str | None]) -> Iterator[tuple[str, str | None]]:
    for place, word in enumerate(words):
        if word is None or not word.startswith("-"):
            continue
        name, equal, value = word.partition("=")
        if equal:
            yield name, value
        elif re.fullmatch(r"-[a-zA-Z]\d+", word):
            yield word[:2], word[2:]
        else:
            yield name, words[place + 1] if place + 1 < len(words) else None


def _module(words: Sequence[str | None]) -> str | None:
    """``main:app``, ``-A app.worker``, ``app/main.py``."""
    options = dict(_options(words))
    for option in ("-A", "--app"):
        if options.get(option):
            return str(options[option]).partition(":")[0]
    folder = options.get("--app-dir", options.get("--chdir"))
    for word in words:
        match = APPLICATION.fullmatch(word or "")
        if match is not None:
            return match[1]
        if (word or "").endswith(".py"):
            return join(folder, word) if folder and word else word
    return next((w for w in words if w and MODULE.fullmatch(w) and "." in w), None)
