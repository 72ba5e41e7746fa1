"""The text of a ``.env.example``: what someone copies and fills in. It never holds a secret's value."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..index.contract import Setting

COMPUTED = "(computed)"
WORDS = {
    "database": "chooses the database", "abort": "the start is refused without it", "secret": "decides a key",
    "debug": "turns debugging on", "auth": "decides authentication",
}  # fmt: skip


def example_text(settings: Sequence[Setting]) -> str:
    """Required settings first and open, the others commented out with their defaults, by the folder that reads them."""
    listed = [setting for setting in settings if not setting.is_system]
    lines = ["# Written by `atomlint env --example`. Copy it to .env, and keep that out of the repository."]
    required = [setting for setting in listed if setting.required]
    if required:
        lines += ["", "# --- required ---"]
        for setting in required:
            lines += ["", *_comments(setting), f"{setting.name}="]
    folders: dict[str, list[Setting]] = {}
    for setting in listed:
        if not setting.required:
            folders.setdefault(dirname(setting.files[0]) or ".", []).append(setting)
    for folder in sorted(folders):
        lines += ["", f"# --- {folder} ---"]
        for setting in folders[folder]:
            lines += ["", *_comments(setting), f"# {setting.name}={_value(setting)}"]
    return "\n".join(lines) + "\n"


def _comments(setting: Setting) -> Iterator[str]:
    kind = "" if setting.types == ("str",) else f"{', '.join(setting.types)}; "
    more = f" and {len(setting.files) - 1} more" if len(setting.files) > 1 else ""
    yield f"# {kind}read in {setting.files[0]}{more}"
    effects = dict.fromkeys(gate.effect for gate in setting.gates)
    if effects:
        yield f"# {', '.join(WORDS[effect] for effect in effects)}"


def _value(setting: Setting) -> str:
    """A default that may be shown; empty for secrets and for what is put together at run time."""
    text = setting.defaults[0] if setting.defaults else ""
    if (
        setting.is_secret
        or text in ("''", "None", "[]", "{}", "(in the code)")
        or COMPUTED in text
        or text.endswith("...")
    ):
        return ""
    return f'"{text}"' if any(sign in text for sign in " #'\"") else text
