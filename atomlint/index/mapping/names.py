"""Where a name of the analysed code leads: to the very call, class or literal that makes its value.

The evaluator of `atomlint.index.values` says what an expression can be; which one of two ``declarative_base()`` calls a name
stands for is the question here. Bindings under ``if TYPE_CHECKING`` exist for annotations alone.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from ..tables import text_of
from ..value import Value
from .bindings import always, comes_later, frame_of, rebound, takes_over, typing_only
from .records import Expr, Site
from .stars import library_of

if TYPE_CHECKING:
    from ...facts.records import Call, Import
    from ..linker import Linker
    from ..tables import Binding, Table

MAX_HOPS = 24
"""Names, imports and calls that are followed one after the other."""
LIBRARIES = frozenset(
    {"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite", "geoalchemy2", "sqlalchemy_utils"}
)
BUILTINS = frozenset(dir(builtins))


Arguments = tuple[list[Site], dict[str, Site], bool]
"""Those by place, those by keyword, and whether that is all; it is kept, and nobody's to change."""


class Made(NamedTuple):
    """What a name leads to.

    Kinds: ``ext`` (``name`` is the dotted name of a library's object), ``def`` (a class or function), ``module``, and
    ``expr`` (a call or literal, in ``site``). ``rest`` are attributes of it that were not followed.
    """

    kind: str
    name: str = ""
    value: Value | None = None
    site: Site | None = None
    rest: tuple[str, ...] = ()

    @property
    def library(self) -> str:
        """The last part of the name of something that belongs to SQLAlchemy or a library on top of it; else empty."""
        if self.kind != "ext" or self.name.partition(".")[0] not in LIBRARIES:
            return ""
        return self.name.rpartition(".")[2]

    @property
    def call(self) -> tuple[str, int] | None:
        """File and ordinal of the call that makes it, when a call does."""
        expr = self.site.expr if self.site is not None else None
        if self.kind == "expr" and type(expr) is str and expr[:1] == "@" and self.site is not None:
            return self.site.path, int(expr[1:])
        return None


class Names:
    """Follows names; ``typing`` counts what only type checkers see as well."""

    def __init__(self, linker: Linker, *, typing: bool = False) -> None:
        self.linker = linker
        self.typing = typing
        self._kept: dict[tuple[str, int, str], Made | None] = {}
        """By file, scope and name."""
        self._made: dict[tuple[str, int, str, int], Made | None] = {}
        """By file, scope, expression and call around it."""
        self._arguments: dict[tuple[str, int, str, int], Arguments] = {}

    # --- expressions -----------------------------------------------------------------------------------------------

    def made(self, site: Site | None) -> Made | None:
        """What an expression leads to; None when that is not known, or one of several."""
        if site is None:
            return None
        path, scope, expr, given, at = site
        if given or type(expr) is not str:
            return self._follow(site, MAX_HOPS)
        key = (path, scope, expr, at)
        if key not in self._made:
            self._made[key] = self._follow(site, MAX_HOPS)
        return self._made[key]

    def _follow(self, site: Site, hops: int) -> Made | None:
        if not hops:
            return None
        expr = site.expr
        if type(expr) is list and expr:
            if expr[0] == ".":
                return self._attributes(self._follow(site.part(expr[1]), hops - 1), (expr[2],), hops)
            if expr[0] == "class":
                return Made("def", value=Value("def", expr[1], expr[2]))
            return Made("expr", site=site)
        if type(expr) is not str or not expr or expr[0] == "?":
            return None
        if expr[0] in "'#":
            return Made("expr", site=site)
        head, *rest = expr.split(".")
        if head[0] == "@":
            return self._attributes(self._called(site.part(head), hops), tuple(rest), hops)
        return self._attributes(self.name(site, head, hops), tuple(rest), hops)

    def _called(self, site: Site, hops: int) -> Made | None:
        """A call of a function of the project is what it returns; any other call is itself."""
        ordinal = int(site.expr[1:])
        call = self.linker.table(site.path).facts.calls[ordinal]
        within = site.within(call.scope, site.at)
        callee = self._follow(within.part(call.callee), hops - 1)
        if callee is not None and callee.kind == "ext" and callee.name == "typing.cast" and len(call.args) == 2:
            return self._follow(within.part(call.args[1]), hops - 1)
        if callee is not None and callee.kind == "def" and not callee.rest and callee.value is not None:
            inner = self.linker.table(callee.value.place)
            if inner.facts.scopes[callee.value.scope].kind == "function":
                return self.returned(callee.value, self.given(site, call, callee.value), hops - 1)
        return Made("expr", site=within)

    def returned(self, function: Value, given: tuple[tuple[str, Site], ...], hops: int = MAX_HOPS) -> Made | None:
        """What a function returns, when it has one way to."""
        table = self.linker.table(function.place)
        exits = [exit_ for exit_ in table.exits.get(function.scope, ()) if exit_.kind == "return"]
        scope = table.facts.scopes[function.scope]
        if len(exits) != 1 or scope.is_async or scope.yields or not hops:
            return None
        return self._follow(Site(function.place, function.scope, exits[0].value, given), hops)

    def given(self, site: Site, call: Call, function: Value) -> tuple[tuple[str, Site], ...]:
        """What the parameters of a function stand for in a call of it."""
        params = self.linker.table(function.place).facts.scopes[function.scope].params
        found: dict[str, Site] = {}
        for param in params:
            if param.default is not None:
                parent = self.linker.table(function.place).facts.scopes[function.scope].parent
                found[param.name] = Site(function.place, parent, param.default)
        positional = [param.name for param in params if param.kind == "p"]
        for name, argument in zip(positional, call.args, strict=False):
            found[name] = site._replace(scope=call.scope, expr=argument)
        for keyword, argument in call.keywords:
            found[keyword] = site._replace(scope=call.scope, expr=argument)
        return tuple(found.items())

    # --- names -----------------------------------------------------------------------------------------------------

    def name(self, site: Site, name: str, hops: int = MAX_HOPS) -> Made | None:
        """What a bare name leads to, seen from a scope."""
        if not hops:
            return None
        for given, value in site.given:
            if given == name and any(b.param for b in self.linker.table(site.path).lookup(site.scope, name)):
                return self._follow(value, hops - 1)
        if site.at >= 0:
            site = self._seen_from(site, name)
            bound = self._bound_by(site, name)
            if bound:
                return self._name(site, name, hops, bound)
        key = (site.path, site.scope, name)
        if site.given or (site.at >= 0 and takes_over(self.linker.table(site.path), site.scope, name)):
            return self._name(site, name, hops)
        if key not in self._kept:
            self._kept[key] = None  # a name that leads to itself
            self._kept[key] = self._name(site, name, hops)
        return self._kept[key]

    def _seen_from(self, site: Site, name: str) -> Site:
        """The scope that a name is looked up from: a class body does not bind yet what it binds later."""
        table = self.linker.table(site.path)
        scopes = table.facts.scopes
        if scopes[site.scope].kind == "class":
            owner, bindings = table.find(site.scope, name)
            if owner == site.scope and all(comes_later(table, binding, site.at) for binding in bindings):
                return site._replace(scope=scopes[site.scope].parent)
        return site

    def _bound_by(self, site: Site, name: str) -> list[Binding]:
        """What a class body has bound a name to where a call stands, when it binds the name again below; else nothing."""
        table = self.linker.table(site.path)
        owner, bindings = table.find(site.scope, name)
        if owner != site.scope or len(bindings) < 2 or table.facts.scopes[owner].kind != "class":
            return []
        earlier = [binding for binding in bindings if not comes_later(table, binding, site.at)]
        return earlier if len(earlier) < len(bindings) else []

    def _name(self, site: Site, name: str, hops: int, bindings: list[Binding] | None = None) -> Made | None:
        table = self.linker.table(site.path)
        if bindings is None:
            _, bindings = table.find(site.scope, name)
        some = self._at_run_time(table, bindings, site.at)
        if not some:
            return self._starred(table, name, hops) if not bindings or not self.typing else None
        found: list[Made | None] = []
        for binding in some:
            made = self._binding(site, binding, hops)
            if made not in found:
                found.append(made)
        if len(found) == 1:
            return found[0]
        known = [made for made in found if made is not None and made.library]
        return known[0] if len(known) == 1 else None

    def _at_run_time(self, table: Table, bindings: list[Binding], at: int) -> list[Binding]:
        some = [b for b in bindings if self.typing or not typing_only(table, frame_of(table, b))]
        some = [b for b in some if b.assign is None or b.assign.kind in ("=", "with")] or some
        if len(some) < 2:
            return some
        if all(b.definition is not None for b in some) and all(always(table, frame_of(table, b)) for b in some):
            return some[-1:]
        if all(b.assign is not None for b in some) and always(table, frame_of(table, some[-1])):
            texts = {str(b.assign.value) for b in some if b.assign is not None and text_of(b.assign.value) is not None}
            return some if len(texts) > 1 else some[-1:]  # a text that changes: which one it is depends on the place
        return rebound(table, some, at) or some

    def _binding(self, site: Site, binding: Binding, hops: int) -> Made | None:
        if binding.definition is not None:
            return Made("def", value=Value("def", site.path, binding.definition))
        if binding.imported is not None:
            return self._imported(site.path, binding.imported, hops)
        if binding.assign is not None and binding.assign.kind == "=":
            return self._follow(Site(site.path, binding.assign.scope, binding.assign.value, site.given), hops - 1)
        return None

    def _imported(self, path: str, record: Import, hops: int) -> Made | None:
        modules = self.linker.modules
        if record.attribute is None or record.attribute == "":
            module = record.module if record.attribute is None else record.name
            target = modules.relative(path, record.level, module) if record.level else modules.absolute(path, module)
            return Made("module", name=target) if target else Made("ext", name=module)
        target = modules.target(path, record)
        if target is None:
            return None if record.level else Made("ext", name=f"{record.module}.{record.attribute}")
        return self.member(target, record.attribute, hops - 1)

    def _starred(self, table: Table, name: str, hops: int) -> Made | None:
        if name in BUILTINS:
            return Made("ext", name=f"builtins.{name}")
        outside: list[str] = []
        for star in table.stars:
            target = self.linker.modules.target(table.path, star)
            if target is None:
                outside.append(star.module)
                continue
            if target == table.path:
                continue
            exports = self.linker.table(target).facts.exports
            if (exports is not None and name in exports) or (exports is None and name[:1] != "_"):
                found = self.member(target, name, hops - 1)
                if found is not None:
                    return found
        library = library_of(outside, name)
        return None if library is None else Made("ext", name=f"{library}.{name}")

    def member(self, module: str, name: str, hops: int = MAX_HOPS) -> Made | None:
        """A name of a module, or a module of a package."""
        if module.endswith(".py"):
            table = self.linker.table(module)
            if table.lookup(0, name) or table.stars:
                found = self.name(Site(module, 0, name), name, hops)
                if found is not None and not (found.kind == "ext" and found.name.startswith("builtins.")):
                    return found
        submodule = self.linker.modules.submodule(module, name)
        return Made("module", name=submodule) if submodule else None

    def _attributes(self, made: Made | None, rest: tuple[str, ...], hops: int) -> Made | None:
        for at, name in enumerate(rest):
            if made is None:
                return None
            if made.rest or made.kind in ("def", "expr"):
                return made._replace(rest=(*made.rest, *rest[at:]))
            made = (
                self.member(made.name, name, hops - 1)
                if made.kind == "module"
                else Made("ext", name=f"{made.name}.{name}")
            )
        return made

    # --- calls -----------------------------------------------------------------------------------------------------

    def record(self, site: Site) -> Call:
        """The call that a site is."""
        return self.linker.table(site.path).facts.calls[int(site.expr[1:].partition(".")[0])]

    def callee(self, site: Site) -> Made | None:
        """What a call calls."""
        call = self.record(site)
        return self.made(Site(site.path, call.scope, call.callee, site.given, site.at))

    def arguments(self, site: Site) -> Arguments:
        """Positional and keyword arguments of a call, constant ``*`` and ``**`` taken apart; and whether that is all."""
        path, scope, expr, given, at = site
        if given:
            return self._taken_apart(site)
        key = (path, scope, expr, at)
        found = self._arguments.get(key)
        if found is None:
            found = self._arguments[key] = self._taken_apart(site)
        return found

    def _taken_apart(self, site: Site) -> Arguments:
        call = self.record(site)
        within = site.within(call.scope, int(site.expr[1:].partition(".")[0]))
        known = True
        args: list[Site] = []
        for argument in call.args:
            if type(argument) is list and argument[:1] == ["*"]:
                items = self.items(within.part(argument[1]))
                known = known and items is not None
                args += items or []
            else:
                args.append(within.part(argument))
        keywords: dict[str, Site] = {}
        for name, value in call.keywords:
            if name != "**":
                keywords[name] = within.part(value)
                continue
            entries = self.entries(within.part(value))
            known = known and entries is not None
            keywords |= entries or {}
        return args, keywords, known

    def items(self, site: Site) -> list[Site] | None:
        """Elements of a literal list, tuple or set that an expression leads to."""
        made = self.made(site)
        if made is None or made.kind != "expr" or made.rest or made.site is None:
            return None
        expr = made.site.expr
        if type(expr) is list and expr[:1] == ["bin"] and expr[1] == "+":
            left, right = self.items(made.site.part(expr[2])), self.items(made.site.part(expr[3]))
            return None if left is None or right is None else left + right
        if type(expr) is not list or expr[:1] != ["[]"]:
            return None
        found: list[Site] = []
        for item in expr[1:]:
            if type(item) is list and item[:1] == ["*"]:
                inner = self.items(made.site.part(item[1]))
                if inner is None:
                    return None
                found += inner
            else:
                found.append(made.site.part(item))
        return found

    def entries(self, site: Site) -> dict[str, Site] | None:
        """Entries of a literal dict with text keys, or of ``dict(...)``, that an expression leads to."""
        made = self.made(site)
        if made is None or made.kind != "expr" or made.rest or made.site is None:
            return None
        expr = made.site.expr
        if type(expr) is str and expr[:1] == "@":
            callee = self.callee(made.site)
            if callee is None or callee.name != "builtins.dict":
                return None
            args, keywords, known = self.arguments(made.site)
            first = self.entries(args[0]) if args else {}
            return {**first, **keywords} if known and first is not None else None
        if type(expr) is list and expr[:1] == ["bin"] and expr[1] == "|":
            left, right = self.entries(made.site.part(expr[2])), self.entries(made.site.part(expr[3]))
            return None if left is None or right is None else left | right
        if type(expr) is not list or expr[:1] != ["{}"]:
            return None
        found: dict[str, Site] = {}
        for key, value in zip(expr[1::2], expr[2::2], strict=True):
            if key == "**":
                inner = self.entries(made.site.part(value))
                if inner is None:
                    return None
                found |= inner
                continue
            name = text_of(key)
            if name is None:
                return None
            found[name] = made.site.part(value)
        return found

    def flag(self, site: Site | None) -> bool | None:
        """A constant as SQLAlchemy tests it; None when it is not known."""
        if site is None:
            return None
        expr = self.constant(site)
        if expr is None:
            return None
        return expr not in ("#False", "#None", "#0", "'")

    def constant(self, site: Site) -> Expr:
        """A string or number that an expression leads to, in the facts' notation; None for anything else."""
        if type(site.expr) is str and site.expr[:1] in ("'", "#"):
            return site.expr
        made = self.made(site)
        expr = made.site.expr if made is not None and made.kind == "expr" and not made.rest and made.site else None
        return expr if type(expr) is str and expr[:1] in ("'", "#") else None
