"""GitHub workflows: the commands of their steps, each with the folder that it runs in.

Source: GitHub's workflow syntax (``run``, ``working-directory`` and its defaults at three levels, ``with.args``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .shell import below, read_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..source import Source
    from .item import Item, Keys
    from .shell import Command

ACTION = "superfly/flyctl-actions@"
"""Takes the arguments of flyctl; its successor, ``setup-flyctl``, only installs it."""
EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
BLOCK = re.compile(r"([|>])[^\n]*\n")


def workflow_commands(source: Source, items: tuple[Item, ...]) -> Iterator[Command]:
    """The commands of ``run`` steps in source order, and ``flyctl`` with the arguments of its former action."""
    values = {item.keys: item for item in items}
    for keys, item in values.items():
        is_step = len(keys) == 5 and keys[0] == "jobs" and keys[2] == "steps"
        is_action_step = len(keys) == 4 and keys[:2] == ("runs", "steps")
        if not (is_step or is_action_step):
            continue
        if keys[-1] == "run":
            folder = _folder(values, keys)
            for command in read_commands(source, *_script(source, item)):
                yield command._replace(folder=below(folder, command.folder) if command.folder else folder)
        elif keys[-1] == "uses" and item.value.startswith(ACTION):
            arguments = values.get((*keys[:-1], "with", "args"))
            for command in read_commands(source, *_script(source, arguments)) if arguments is not None else ():
                yield command._replace(words=("flyctl", *command.words), places=(item.value_span, *command.places))


def _folder(values: dict[Keys, Item], keys: Keys) -> str | None:
    for above in ((*keys[:-1],), (*keys[:2], "defaults", "run"), ("defaults", "run")):
        item = values.get((*above, "working-directory"))
        if item is not None:
            return None if "${{" in item.value else below("", item.value)
    return ""


def _script(source: Source, item: Item) -> tuple[str, int]:
    """A step's script as it stands in the file, with expressions made unknown variables, and where it begins."""
    start, end = source.offset(item.value_span.start), source.offset(item.value_span.end)
    text = source.text[start:end]
    block = BLOCK.match(text)
    if block is not None:
        start, text = start + block.end(), text[block.end() :]
        if block[1] == ">":
            text = text.replace("\n", " ")
    elif text[:1] in ("'", '"'):
        start, text = start + 1, text[1:-1]
    return EXPRESSION.sub(lambda match: "$" + "_" * (len(match[0]) - 1), text), start
