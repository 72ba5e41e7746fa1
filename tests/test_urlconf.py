"""Tables of URLs that the root leads to, and those that lie aside."""

import pytest
from index_project import index_of

ROOT = """\
from django.urls import include, path
import shop.views
urlpatterns = [path('page/', shop.views.page), path('shop/', include('shop.urls'))]
"""
OWN = """\
from django.urls import path
from . import views
urlpatterns = [path('orders/', views.orders)]
"""
VIEWS = """\
def page(request): pass
def orders(request): pass
def old(request): pass
"""
LEFT = """\
from django.urls import path
from . import views
urlpatterns = [path('old/', views.old)]
"""


def certainties(root: str = ROOT, settings: str = "ROOT_URLCONF = 'site_urls'", **files: str) -> dict[str, str]:
    """How sure it is that a view is served, by its name."""
    given = {
        "conf/settings.py": settings,
        "site_urls.py": root,
        "shop/__init__.py": "",
        "shop/views.py": VIEWS,
        "shop/urls.py": OWN,
        "shop/left.py": LEFT,
    } | {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    index = index_of(given)
    return {index.function(entry.function).name: entry.certainty for entry in index.project.entries}


def test_what_the_root_leads_to_is_served_and_a_table_that_nothing_names_is_not() -> None:
    assert certainties() == {"page": "high", "orders": "high", "old": "low"}


@pytest.mark.parametrize(
    ("root", "settings"),
    [
        (ROOT, ""),
        (ROOT, "ROOT_URLCONF = f'{site}_urls'"),
        (ROOT, "ROOT_URLCONF = 'site_urls'\nPUBLIC_SCHEMA_URLCONF = 'shop.left'"),
        (ROOT + "urlpatterns += [path('', include(f'{name}.urls')) for name in APPS]", "ROOT_URLCONF = 'site_urls'"),
        (ROOT + "urlpatterns += [path('', include(found))]", "ROOT_URLCONF = 'site_urls'"),
        (ROOT + "urlpatterns += [path('left/', include('shop.left'))]", "ROOT_URLCONF = 'site_urls'"),
        (ROOT + "from shop import left\nurlpatterns += left.urlpatterns", "ROOT_URLCONF = 'site_urls'"),
        (ROOT + "from shop.left import urlpatterns as more\nurlpatterns += more", "ROOT_URLCONF = 'site_urls'"),
    ],
    ids=["no setting", "computed", "a second root", "by names", "unknown", "included", "module", "list"],
)
def test_no_table_lies_aside_where_not_all_is_known_or_something_takes_it(root: str, settings: str) -> None:
    assert certainties(root, settings)["old"] == "high"


def test_a_table_that_only_tables_aside_include_lies_aside() -> None:
    inner = "from django.urls import include, path\nurlpatterns = [path('left/', include('shop.left'))]"
    files = {"api__v2": inner}
    assert certainties(**files)["old"] == "low"
    assert certainties(ROOT + "urlpatterns += [path('v2/', include('api.v2'))]", **files)["old"] == "high"
    assert certainties(settings="ROOT_URLCONF = 'site_urls'\nHOSTS = ['api.v2']", **files)["old"] == "high"
