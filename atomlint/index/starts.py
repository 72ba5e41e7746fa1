"""What the machines of a process group start, and where the servers among it listen, as far as it is literal.

Sources: the command lines of uvicorn, hypercorn, gunicorn, granian, daphne, flask, fastapi, Django's ``runserver`` and
streamlit; of each, how its host and port are given and which host it takes when none is.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from ..syntax.shell import program, read_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..finding import Span
    from ..source import Source
    from .deployments import Deployment

SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z)?sh")
RUNNERS = frozenset(["uv", "poetry", "pipenv", "pdm", "rye", "hatch", "ddtrace-run", "opentelemetry-instrument"])
PYTHON = re.compile(r"(?:.*/)?python(?:3(?:\.\d+)?)?")
PROXY = re.compile(r"nginx|caddy|traefik|envoy|haproxy|supervisord?|s6-svscan|circusd|honcho|overmind|pm2|npm|node|bun")
HANDS_ON = re.compile(r"""^\s*exec\s+(?:[\w/.-]+\s+)*["']?\$(?:@|\{@\})["']?\s*$""", re.MULTILINE)


SIGNS = ("&&", "||", ";", "|", "$", ">")
"""What only a shell acts on; one runs the commands of a Procfile."""


class Server(NamedTuple):
    """A program that listens: its options for host and port, for both in one, and its host when none is given."""

    host: tuple[str, ...]
    port: tuple[str, ...]
    bind: tuple[str, ...] = ()
    default_host: str | None = None
    """None where that depends on more than the command line."""
    sockets: tuple[str, ...] = ()
    """Options that make it listen elsewhere or read a file of settings."""
    variables: tuple[str, ...] = ()
    """Variables of the environment that give its host."""


SERVERS = {
    "uvicorn": Server(
        ("--host",), ("--port",), default_host="127.0.0.1", sockets=("--uds", "--fd", "--env-file"),
        variables=("UVICORN_HOST",),
    ),
    "hypercorn": Server((), (), ("-b", "--bind"), sockets=("-c", "--config")),
    "gunicorn": Server((), (), ("-b", "--bind"), sockets=("-c", "--config")),
    "granian": Server(("--host",), ("--port",), default_host="127.0.0.1", sockets=("--uds",), variables=("GRANIAN_HOST",)),
    "daphne": Server(("-b", "--bind"), ("-p", "--port"), default_host="127.0.0.1", sockets=("-u", "--fd", "-e")),
    "fastapi": Server(("--host",), ("--port",)),
    "flask": Server(("-h", "--host"), ("-p", "--port")),
    "streamlit": Server(("--server.address",), ("--server.port",)),
    "runserver": Server((), ()),
}  # fmt: skip


class Listener(NamedTuple):
    """A server that a command starts."""

    program: str
    host: str | None
    """None when the command line does not tell."""
    port: int | None
    is_host_written: bool
    span: Span
    """The command."""


class Written(NamedTuple):
    """A command as a file has it."""

    source: Source
    words: list[str]
    span: Span


def listeners(deployment: Deployment, group: str) -> list[Listener] | None:
    """The servers that a group starts; None when more is started than is known, such as a proxy or a script."""
    written = written_command(deployment, group)
    if written is None:
        return None
    stage = deployment.stage
    variables: dict[str, str | None] = {
        name: setting.value for name, setting in (stage.environment.items() if stage is not None else ())
    }
    variables.update({name: variable.value for name, variable in deployment.fly.env.items()})
    found: list[Listener] = []
    for words, span in _commands(deployment, written, variables):
        name = (words[0] or "").rpartition("/")[2] if words else ""
        if words and (words[0] is None or PROXY.fullmatch(name) or is_script(name)):
            return None
        listener = _listener(words, span, variables)
        if listener is not None:
            found.append(listener)
    return found


def is_script(name: str) -> bool:
    """Whether a program is a shell script by its name, or a shell that is given one."""
    return name.endswith((".sh", ".bash")) or SHELL.fullmatch(name) is not None


def written_command(deployment: Deployment, group: str) -> Written | None:
    """The command of a group: its own, else the image's; None when neither is literal, or more stands before it."""
    fly = deployment.fly
    if "exec" in fly.overrides or "cmd" in fly.overrides:
        return None
    declared = next((g for g in fly.declared_groups if g.name == group), None)
    if deployment.procfile is not None:
        wanted = declared.command if declared is not None else "web"
        item = deployment.procfile.get(wanted) if wanted else None
        if item is not None:  # what a buildpack's launcher starts by the name of a process
            return _written(deployment.procfile.source, item.value, item.value_span, by_shell=True)
    if declared is not None and declared.command and declared.value_span is not None:
        if not hands_on(deployment):
            return None
        return _written(deployment.document.source, declared.command, declared.value_span)
    stage, dockerfile = deployment.stage, deployment.dockerfile
    if fly.build.image is not None or stage is None or dockerfile is None:
        return None
    instruction, entrypoint = stage.last("CMD"), stage.last("ENTRYPOINT")
    if instruction is not None and not hands_on(deployment):
        return None
    instruction = instruction or entrypoint
    if instruction is None or not dockerfile.source.path:
        return None
    command = instruction.command
    words = command if isinstance(command, list) else ["/bin/sh", "-c", command]
    return Written(dockerfile.source, words, instruction.span)


def _written(source: Source, command: str, span: Span, *, by_shell: bool = False) -> Written | None:
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    needs_one = by_shell and any(sign in command for sign in SIGNS)
    return Written(source, ["/bin/sh", "-c", command] if needs_one else words, span)


def hands_on(deployment: Deployment) -> bool:
    """Whether the entry point runs the command that follows it: there is none, a wrapper, or a script that ends so."""
    words = program(deployment.entrypoint)
    if not words:
        return True
    scripts = [deployment.script_source(word) for word in words if word is not None and "." in word]
    return any(source is not None and HANDS_ON.search(source.text) for source in scripts)


def _commands(
    deployment: Deployment, written: Written, variables: dict[str, str | None]
) -> Iterator[tuple[list[str | None], Span]]:
    """The commands that words stand for: those of the script that a shell is given, else the words themselves."""
    words = written.words
    rest = [word for word in program(words) if word is not None]
    script = (
        rest[1] if len(rest) > 1 and SHELL.fullmatch(rest[0]) and not rest[1].startswith("-") else "".join(rest[:1])
    )
    source = deployment.script_source(script) if is_script(script) else None
    if source is not None:
        for command in read_commands(source, variables=variables):
            yield program(command.words), command.span
    elif len(rest) > 2 and SHELL.fullmatch(rest[0]) and re.fullmatch(r"-\w*c", rest[1]):
        for command in read_commands(written.source, rest[2], 0, variables):
            yield program(command.words), written.span
    else:
        yield program(words), written.span


def _listener(words: Sequence[str | None], span: Span, variables: dict[str, str | None]) -> Listener | None:
    rest = list(words)
    while len(rest) > 1 and rest[0] is not None and rest[0].rpartition("/")[2] in RUNNERS:
        rest.pop(0)
        while rest and (rest[0] == "run" or (rest[0] or "").startswith("-")):
            rest.pop(0)
    if len(rest) > 2 and rest[0] is not None and PYTHON.fullmatch(rest[0]):
        if rest[1] == "-m":
            rest = rest[2:]
        elif (rest[1] or "").endswith("manage.py") and rest[2] == "runserver":
            return _runserver(rest[3:], span)
    name = (rest[0] or "").rpartition("/")[2] if rest else ""
    server = SERVERS.get(name)
    if server is None or name == "runserver" or (name in ("flask", "fastapi", "streamlit") and "run" not in rest[1:]):
        return None
    options = dict(_options(rest[1:]))
    if any(option in options for option in server.sockets) or any(v in variables for v in server.variables):
        return None
    for option in server.bind:
        if option in options:
            return _bound(name, options[option], span)
    host = next((options[o] for o in server.host if o in options), None)
    is_written = any(option in options for option in server.host)
    port = next((options[o] for o in server.port if o in options), None)
    number = int(port) if port is not None and port.isdigit() else None
    return Listener(name, host if is_written else server.default_host, number, is_written, span)


def _bound(name: str, bind: str | None, span: Span) -> Listener | None:
    if bind is None or bind.startswith(("unix:", "fd:")):
        return None
    host, _, port = bind.rpartition(":")
    return Listener(name, host.strip("[]") or None, int(port) if port.isdigit() else None, bool(host), span)


def _runserver(words: Sequence[str | None], span: Span) -> Listener | None:
    address = next((word for word in words if word is None or not word.startswith("-")), "127.0.0.1:8000")
    if address is None:
        return None
    host, colon, port = address.rpartition(":")
    if not colon:
        host, port = ("127.0.0.1", address) if address.isdigit() else (address, "8000")
    return Listener("runserver", host, int(port) if port.isdigit() else None, bool(colon), span)


def _options(words: Sequence[str | None]) -> Iterator[tuple[str, str | None]]:
    """Options with what follows them, after ``=`` or as the next word."""
    for place, word in enumerate(words):
        if word is None or not word.startswith("-"):
            continue
        name, equal, value = word.partition("=")
        if equal:
            yield name, value
        elif re.fullmatch(r"-[a-z][\d:].*", word):
            yield word[:2], word[2:]
        else:
            following = words[place + 1] if place + 1 < len(words) else None
            yield name, following
