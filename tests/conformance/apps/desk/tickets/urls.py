"""Routes of tickets."""

from django.urls import path

from . import views

urlpatterns = [
    path("status", views.status),
    path("tickets/<int:number>", views.ticket),
    path("tickets", views.tickets),
    path("with-queues", views.with_queues),
    path("with-queues-joined", views.with_queues_joined),
    path("counts", views.counts),
    path("queue-names", views.queue_names),
    path("ticket-view", views.TicketView.as_view()),
    path("throttled", views.ThrottledView.as_view()),
    path("open", views.OpenView.as_view()),
]
