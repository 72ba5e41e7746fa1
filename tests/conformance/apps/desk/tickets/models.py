"""Queues and their tickets."""

from django.db import models


class Queue(models.Model):
    name = models.CharField(max_length=50)


class Ticket(models.Model):
    title = models.CharField(max_length=50)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="tickets")
