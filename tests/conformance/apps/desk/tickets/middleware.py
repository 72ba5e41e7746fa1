"""Counts visits."""

from django.core.cache import cache


class VisitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path != "/desk/status":
            cache.set("last-visit", request.path, 60)
        return self.get_response(request)
