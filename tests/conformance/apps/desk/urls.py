"""The help desk's routes."""

from django.urls import include, path

urlpatterns = [path("desk/", include("desk.tickets.urls"))]
