"""Strings that code puts together from constants: table names, schemas, targets of foreign keys."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from ...facts.mask import MASK, mask
from ..expressions import receiver
from ..tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facade import Index
    from .names import Names
    from .records import Site

METHODS = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "swapcase"})
WITH_ARGUMENTS = frozenset({"replace", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip"})
FUNCTIONS = ("re.sub", "builtins.str")
MAX_LENGTH = 200
"""Longer texts are cut in the facts; put together, they are no names."""


class WholeTexts:
    """Strings that the facts mask or cut, as the source has them. They are compared, and never shown."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._kept: dict[str, list[Constant]] = {}

    def text(self, site: Site, seen: str) -> str | None:
        """The one string constant in the call, or the scope, of a site that the facts keep as ``seen``."""
        spans = self.index.project.spans(site.path)
        if spans is None:
            return None
        call = None
        if site.at >= 0:
            first, _, last, end = spans.calls[4 * site.at : 4 * site.at + 4]
            call = (first, last, end)
        else:
            first, last = spans.scopes[5 * site.scope + 3 : 5 * site.scope + 5]
        some = [one for one in self._constants(site.path) if first <= one.line and one.end <= last]
        shown = self._shown(site)
        fitting = {one for one in some if mask(one.text) == seen}
        if seen == MASK and not fitting:
            fitting = {one for one in some if one.text not in shown}
        own = {one.text for one in fitting if one.call == call}  # nearer than what stands in a call of the call
        texts = own if len(own) == 1 else {one.text for one in fitting}
        return texts.pop() if len(texts) == 1 else None

    def _shown(self, site: Site) -> set[str]:
        """Strings of the call of a site that the facts keep: what they mask for the sake of a name is none of them."""
        if site.at < 0:
            return {one.text for one in self._constants(site.path)}
        call = self.index.project.linker.table(site.path).facts.calls[site.at]
        given = [*call.args, *(value for _, value in call.keywords)]
        return {text for value in given if (text := text_of(value)) is not None and MASK not in text}

    def keyword(self, site: Site, name: str) -> str | None:
        """The string constant that the call of a site is given by a keyword."""
        spans = self.index.project.spans(site.path)
        if spans is None or site.at < 0:
            return None
        first, _, last, end = spans.calls[4 * site.at : 4 * site.at + 4]
        some = self._constants(site.path)
        found = {one.text for one in some if one.keyword == name and one.call == (first, last, end)}
        return found.pop() if len(found) == 1 else None

    def _constants(self, path: str) -> list[Constant]:
        found = self._kept.get(path)
        if found is None:
            tree = self.index.tree(path)
            found = self._kept[path] = [] if tree is None else list(_constants(tree))
        return found


class Constant(NamedTuple):
    """A string constant of a file."""

    line: int
    end: int
    text: str
    call: tuple[int, int, int] | None
    """The call whose argument it is, or is part of: first line, last line, last column."""
    keyword: str
    """The keyword that it is given by, alone."""


def _constants(tree: ast.AST) -> Iterator[Constant]:
    work: list[tuple[ast.AST, tuple[int, int, int] | None, str]] = [(tree, None, "")]
    while work:
        node, call, keyword = work.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Constant(node.lineno, node.end_lineno or node.lineno, node.value, call, keyword)
        if isinstance(node, ast.Call):
            call = (node.lineno, node.end_lineno or node.lineno, node.end_col_offset or 0)
        given = node.arg or "" if isinstance(node, ast.keyword) else ""
        work += [(child, call, given) for child in ast.iter_child_nodes(node)]


class Texts:
    """Evaluates expressions that are strings."""

    def __init__(self, names: Names, whole: WholeTexts) -> None:
        self.names = names
        self.whole = whole

    def of(self, site: Site | None, hops: int = 12) -> str | None:
        """The string that an expression is; None when it is none, or not known."""
        if site is None or not hops:
            return None
        expr = site.expr
        text = text_of(expr)
        if text is not None:
            return self.whole.text(site, text) if MASK in text or len(text) >= MAX_LENGTH else text
        if type(expr) is list and expr:
            if expr[0] == "f":
                return self._joined(site, expr[1:], hops)
            if expr[:2] == ["bin", "+"]:
                return self._joined(site, expr[2:], hops)
        made = self.names.made(site)
        if made is None:
            return None
        if made.kind == "def" and made.value is not None:
            record = self.names.linker.table(made.value.place).facts.scopes[made.value.scope]
            return record.name if made.rest in (("__name__",), ("__qualname__",)) and record.kind == "class" else None
        if made.kind != "expr" or made.site is None:
            return None
        if made.rest:
            return None
        if made.site.expr != expr or made.site.scope != site.scope or made.site.path != site.path:
            return self.of(made.site, hops - 1)
        return self._called(made.site, hops) if made.call is not None else None

    def _joined(self, site: Site, parts: list[object], hops: int) -> str | None:
        texts = [self.of(site.part(part), hops - 1) for part in parts]
        joined = "".join(text for text in texts if text is not None)
        return joined if None not in texts and len(joined) <= MAX_LENGTH else None

    def _called(self, site: Site, hops: int) -> str | None:
        call = self.names.record(site)
        if call.keywords:
            return None
        callee = self.names.callee(site)
        function = callee.name if callee is not None and callee.kind == "ext" else ""
        on = receiver(call.callee)
        if function not in FUNCTIONS and (on is None or on[1] not in (WITH_ARGUMENTS if call.args else METHODS)):
            return None
        within = site.within(call.scope, site.at)
        given: list[str] = []
        for argument in call.args:
            text = self.of(within.part(argument), hops - 1)
            if text is None:
                return None
            given.append(text)
        if function in FUNCTIONS:
            return _substituted(given) if function == "re.sub" else given[0] if len(given) == 1 else None
        assert on is not None
        text = self.of(within.part(on[0]), hops - 1)
        return None if text is None else str(getattr(text, on[1])(*given))


def _substituted(given: list[str]) -> str | None:
    if len(given) != 3 or max(map(len, given)) > MAX_LENGTH or _may_take_long(given[0]):
        return None
    try:
        return re.sub(given[0], given[1], given[2])
    except (re.error, IndexError, RecursionError):
        return None


def _may_take_long(pattern: str) -> bool:
    """Whether a pattern can backtrack without an end in sight: it comes from the analysed code."""
    return len(re.findall(r"[*+{]", pattern)) > 3 or re.search(r"\)\??[*+{]", pattern) is not None


def snake_case(name: str) -> str:
    """``BlogPost`` as Flask-SQLAlchemy names its table: ``blog_post``."""
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower().lstrip("_")
