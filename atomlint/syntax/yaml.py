"""YAML with places: the scalars of a file by their paths, as `yaml.compose` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..finding import Position
from .item import DocumentError, Item, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

    from ..finding import Span
    from ..source import Source

MERGE = "tag:yaml.org,2002:merge"
MAX_ITEMS = 100_000
"""Aliases can make a small file stand for a very large one."""


def read_yaml(source: Source) -> tuple[Item, ...]:
    """Every scalar of the first document, as text, in source order. The span of a block scalar covers its mark.

    Raises:
        DocumentError: it is no YAML.
    """
    import yaml

    try:
        root = yaml.compose(source.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)
        raise DocumentError(error.problem or "is no YAML", position) from None
    except yaml.YAMLError as error:
        raise DocumentError(str(error).partition("\n")[0], Position(1, 1)) from None
    except RecursionError:
        raise DocumentError("nests too deep", Position(1, 1)) from None
    found: list[Item] = []
    try:
        for item in _items(source, root, ()):
            found.append(item)
            if len(found) >= MAX_ITEMS:
                break
    except RecursionError:
        raise DocumentError("nests too deep", Position(1, 1)) from None
    return tuple(found)


def _items(source: Source, node: yaml.Node | None, keys: Keys, key: yaml.Node | None = None) -> Iterator[Item]:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        span = _span(source, node)
        yield Item(keys, node.value, span if key is None else _span(source, key), span)
    elif isinstance(node, yaml.MappingNode):
        for name, value in _pairs(node):
            yield from _items(source, value, (*keys, name.value), name)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield from _items(source, value, (*keys, place))


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """The keys of a mapping with their values; those of ``<<: *other`` that it does not write itself stand where they are."""
    import yaml

    own = {name.value for name, _ in node.value if isinstance(name, yaml.ScalarNode)}
    for name, value in node.value:
        if isinstance(name, yaml.ScalarNode) and name.tag != MERGE:
            yield name, value
        elif isinstance(name, yaml.ScalarNode):
            for other in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                for more, inner in _pairs(other) if isinstance(other, yaml.MappingNode) else ():
                    if more.value not in own:
                        own.add(more.value)
                        yield more, inner


def _span(source: Source, node: yaml.Node) -> Span:
    return source.span(node.start_mark.index, node.end_mark.index)
