"""What can only be checked once the rules are known: selectors, and the options of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ConfigError, ConfigErrors, dotted, nearest
from .read import read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..option import Option
    from .errors import Keys
    from .model import Settings


def unknown_selectors(settings: Settings, known_ids: Collection[str], families: Collection[str]) -> Iterator[str]:
    """One line for each selector that names no rule, no family and not ``all``, with the nearest name."""
    selectors = {*known_ids, *families, "all"}
    for keys, name in _selectors(settings):
        known: Collection[str] = known_ids if keys[0] == "rules" else selectors
        if name not in known:
            what = "rule" if keys[0] == "rules" or "-" in name else "rule or family"
            yield str(_error(settings, keys, f"unknown {what} {name!r}{nearest(name, known)}"))


def missing_roots(settings: Settings) -> Iterator[str]:
    """One line for each directory of ``src`` that is not there: what is imported from it would silently be unknown."""
    for place, given in enumerate(settings.src):
        if not (settings.root / given.strip("/")).is_dir():
            folders = (entry.name for entry in settings.root.iterdir() if entry.is_dir())
            reason = f"no such directory {given!r}{nearest(given, folders)}"
            yield str(_error(settings, ("src", place), reason))


def check_options(
    rule_id: str, given: Mapping[str, Any], options: Sequence[Option[Any]], *, settings: Settings | None = None
) -> dict[str, Any]:
    """The value of each of a rule's options by its name: as given, else its default.

    With ``settings``, errors name the file and the line that the value stands in.

    Raises:
        ConfigErrors: every unknown option and every value that its option refuses.
    """
    known = {option.name: option for option in options}
    result = {option.name: option.check(option.default) for option in options}
    errors = []
    for name, value in given.items():
        reason = None
        if name not in known:
            hint = nearest(name, known) or (f"; its options are {', '.join(known)}" if known else "; it has none")
            reason = f"{rule_id} has no such option{hint}"
        else:
            try:
                result[name] = known[name].check(value)
            except ValueError as error:
                reason = str(error)
        if reason is not None:
            errors.append(_error(settings, ("rules", rule_id, name), reason))
    if errors:
        raise ConfigErrors(errors)
    return result


def _selectors(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each selector with the keys of the value or entry that holds it."""
    yield from ((("select",), name) for name in settings.select or ())
    yield from ((("ignore",), name) for name in settings.ignore)
    yield from ((("agent-rules",), name) for name in settings.agent_rules)
    for glob, names in settings.per_file_ignores.items():
        yield from ((("per-file-ignores", glob), name) for name in names)
    yield from ((("severities", name), name) for name in settings.severities)
    yield from ((("rules", name), name) for name in settings.rules)


def _error(settings: Settings | None, keys: Keys, reason: str) -> ConfigError:
    if settings is None or settings.path is None or settings.origin(*map(str, keys)) != "file":
        return ConfigError(None, dotted(keys), reason)
    try:
        return read(settings.path).error(keys, reason)
    except ConfigErrors:  # gone or broken since it was loaded
        return ConfigError(settings.path, dotted(keys), reason)
