"""The configuration: where it is, what is in it, what is wrong with it, and the settings it gives."""

from .errors import ConfigError, ConfigErrors, nearest
from .find import find, nested, repository
from .globs import match_any
from .load import divide, load, override
from .model import Config, Origin, Settings
from .rules import check_options, missing_roots, unknown_selectors

__all__ = [
    "Config",
    "ConfigError",
    "ConfigErrors",
    "Origin",
    "Settings",
    "check_options",
    "divide",
    "find",
    "load",
    "match_any",
    "missing_roots",
    "nearest",
    "nested",
    "override",
    "repository",
    "unknown_selectors",
]
