"""An application that cannot start: something that it imports takes a name that is not there.

## Why
`from shop.orders import Refund` raises `ImportError` when nothing in `shop/orders.py` is called so, and with it fails the
import of every module that leads to the application. The process ends before it serves anything, and the platform starts
it again. A merge that takes one side's import and the other side's module leaves it behind, and so does a rename; no test
sees it that does not import the application.

## Bad
    --- shop/__init__.py
    --- shop/orders.py
    def place(order):
        return order

    def cancel(order):
        return order
    --- shop/routes.py
    from fastapi import APIRouter

    from shop.orders import place, refund

    router = APIRouter()

    @router.post("/orders")
    async def order(body: dict):
        return place(body)

    @router.post("/refunds")
    async def back(body: dict):
        return refund(body)
    --- main.py
    from fastapi import FastAPI

    from shop.routes import router

    app = FastAPI()
    app.include_router(router)

## Good
    --- shop/__init__.py
    --- shop/orders.py
    def place(order):
        return order

    def refund(order):
        return order
    --- shop/routes.py
    from fastapi import APIRouter

    from shop.orders import place, refund

    router = APIRouter()

    @router.post("/orders")
    async def order(body: dict):
        return place(body)

    @router.post("/refunds")
    async def back(body: dict):
        return refund(body)
    --- main.py
    from fastapi import FastAPI

    from shop.routes import router

    app = FastAPI()
    app.include_router(router)

## For agents
When you rename or remove something, look for every import of it; before you are done, import the application once.

## Limits
Only names are looked for that do not stand in the module's code at all: what a star import, a module's own
`__getattr__`, `globals()`, `sys.modules` or `setattr` may add is taken to be there, and so is what another module
assigns to it; what a helper elsewhere writes into it is not seen. A module that is missing as a whole is not reported,
nor one of a package that `.gitignore` names or that is called `version`, `x_pb2` or `_x`: it may be generated. A name
of a package is only looked up where others are imported from it, too. Imports in a function or in a `try` fail later,
or are handled. Applications are those of the frameworks that make an object; settings and URLs of Django are looked up
by name. Of low confidence where the project's start commands leave the application out, and in `archive/` or `legacy/`.
Other findings in what such an application alone serves are of low confidence, too, as nothing of it runs; not where
this rule is off or its finding suppressed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Index, Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.imports import FailingImport

NEEDS = ("fastapi", "starlette", "flask", "quart", "litestar", "sanic", "aiohttp")


@rule(
    "runtime-broken-import",
    needs=NEEDS,
    reach=True,
    only_running=False,
    explains="imports",
    severity="error",
    since="0.1",
)
def has_an_application_that_does_not_start(index: Index) -> bool:
    """The project, when some import in it fails."""
    return bool(index.imports.failing)


@has_an_application_that_does_not_start.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """The import that fails, with the applications that come to it."""
    found: dict[FailingImport, list[tuple[str, int]]] = {}
    for place in index.project.applications:
        failing = index.imports.behind(place[0])
        if failing is not None and place[0] not in index.tests:
            found.setdefault(failing, []).append(place)
    for failing, applications in found.items():
        started = [place for place in applications if not index.idle.launched.is_put_aside(place[0])]
        first, *others = sorted(applications, key=lambda place: place not in started)
        span = index.import_span(failing.path, failing.place)
        text = (
            f"`{failing.target}` has no `{failing.name}`: this import fails, and with it the start of the application in "
            f"`{first[0]}`"
        )
        finding = ctx.finding(span, text, confidence=Confidence.HIGH if started else Confidence.LOW)
        notes = [Note(index.call(*other).span, "nor does this application start") for other in others]
        finding = finding.with_symbol(failing.name).with_related(*notes)
        yield finding.with_help(f"import a name that `{failing.target}` has, or add `{failing.name}` to it")
