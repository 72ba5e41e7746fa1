"""Methods that ``functools`` caches by their object, where the object is one request's: a view, a serializer, a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Class

if TYPE_CHECKING:
    from atomlint import Function
    from atomlint.index.value import Value

VIEWS = (
    "rest_framework.views.", "rest_framework.generics.", "rest_framework.viewsets.", "django.views.", "flask.views.",
    "flask_restful.Resource", "flask_restx.Resource", "flask_restplus.Resource", "quart.views.", "starlette.endpoints.",
    "tornado.web.RequestHandler", "aiohttp.web.View",
)  # fmt: skip
"""Beginnings of the names of libraries' classes of which every request makes an object."""
SERIALIZERS = ("rest_framework.serializers.",)
FORMS = ("django.forms.forms.", "django.forms.models.", "django.forms.Form", "django.forms.ModelForm")
ENDS = (("ViewSet", "view"), ("APIView", "view"), ("ModelSerializer", "serializer"))
"""Ends of such names in libraries that add to them."""
COMPARED = ("__eq__", "__hash__")


class Kept(NamedTuple):
    """What an entry of the cache keeps."""

    noun: str
    owner: str
    """The class's name."""
    by_key: bool = False
    """Whether two objects of one row are one key: Django compares rows by their primary key."""


def kept(function: Function) -> Kept | None:
    """What a cached method keeps with each entry; None where ``self`` is not known to be one request's."""
    record = function.table.facts.scopes[function.ordinal]
    scopes = function.table.facts.scopes
    if scopes[record.parent].kind != "class" or not record.params or record.params[0].name != "self":
        return None
    if any(decorator in ("staticmethod", "classmethod") for decorator in record.decorators):
        return None
    cls = Class(function.index, function.path, record.parent)
    if any(compares(function, base) for base in cls.mro):
        return None
    places = [base.place for base in cls.mro if base.kind == "ext"]
    if any(place.startswith("django.db.models.") for place in places):
        return Kept("row", cls.name, by_key=True) if cls.is_mapped else None
    noun = next((found for place in places if (found := noun_of(place))), "")
    if not noun and cls.is_mapped:
        noun = "row"
    return Kept(noun, cls.name) if noun else None


def compares(function: Function, base: Value) -> bool:
    """Whether a class of the project says when two objects are equal."""
    if base.kind != "def":
        return False
    members = function.index.table(base.place).members
    return any((base.scope, name) in members for name in COMPARED)


def noun_of(place: str) -> str:
    """What a library's class is, when every request makes one."""
    if place.startswith(VIEWS):
        return "view"
    if place.startswith(SERIALIZERS):
        return "serializer"
    if place.startswith(FORMS):
        return "form"
    return next((noun for end, noun in ENDS if place.endswith(end)), "")


def is_asked_once(function: Function) -> bool:
    """Whether its class calls a method in one place and not in a loop, with arguments: an object never asks twice."""
    record = function.table.facts.scopes[function.ordinal]
    if len(record.params) < 2:
        return False
    return is_asked_in_one_place(function)


def is_asked_in_one_place(function: Function) -> bool:
    """Whether one call in the project asks a function, and not in a loop."""
    sites = [function.index.call(*site) for site in function.index.project.linker.call_sites(function.name)]
    if not all(call.targets for call in sites):
        return False
    own = [call for call in sites if function.value in call.targets]
    return len(own) == 1 and not own[0].loops
