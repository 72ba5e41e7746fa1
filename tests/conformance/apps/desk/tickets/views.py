"""Pages and the API of the help desk."""

from django.core.cache import cache
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from .models import Queue, Ticket


def status(request):
    return JsonResponse({"ok": True})


def ticket(request, number):
    found = get_object_or_404(Ticket, pk=number)
    return JsonResponse({"title": found.title})


def tickets(request):
    return JsonResponse({"tickets": [row.title for row in Ticket.objects.all()]})


def with_queues(request):
    rows = [(row.title, row.queue.name) for row in Ticket.objects.order_by("id")]
    return JsonResponse({"rows": rows})


def with_queues_joined(request):
    rows = [(row.title, row.queue.name) for row in Ticket.objects.select_related("queue")]
    return JsonResponse({"rows": rows})


def counts(request):
    found = {}
    for queue in Queue.objects.all():
        found[queue.name] = Ticket.objects.filter(queue=queue).count()
    return JsonResponse(found)


def queue_names(request):
    names = cache.get("queue-names")
    if names is None:
        names = list(Queue.objects.values_list("name", flat=True))
        cache.set("queue-names", names, 300)
    return JsonResponse({"names": names})


class TicketView(View):
    def get(self, request):
        return JsonResponse({"count": Ticket.objects.count()})

    def post(self, request):
        queue = Queue.objects.get(name="first")
        made = Ticket.objects.create(title="new", queue=queue)
        cache.delete("queue-names")
        return JsonResponse({"id": made.pk})


class ThrottledView(APIView):
    throttle_classes = [AnonRateThrottle]

    def get(self, request):
        return Response({"exists": Ticket.objects.filter(title="new").exists()})


class OpenView(APIView):
    def get(self, request):
        return Response(cache.get_many(["a", "b"]))
