"""What programs do with Django's models; there are two queues and four tickets."""

from desk.tickets.models import Queue, Ticket


def build_only():
    return Ticket.objects.filter(title="t1").exclude(pk=3).order_by("title")


def every():
    return list(Ticket.objects.all())


def iterate():
    return [row.title for row in Ticket.objects.filter(title="t1")]


def get():
    return Ticket.objects.get(pk=1)


def first():
    return Ticket.objects.filter(title="t1").first()


def count():
    return Ticket.objects.count()


def exists():
    return Ticket.objects.filter(title="t1").exists()


def count_and_list():
    rows = Ticket.objects.all()
    return rows.count(), list(rows)


def create():
    return Ticket.objects.create(title="new", queue_id=1)


def get_or_create():
    return Queue.objects.get_or_create(name="first")


def get_or_create_new():
    return Queue.objects.get_or_create(name="third")


def update_or_create():
    return Queue.objects.update_or_create(name="first", defaults={"name": "first"})


def update():
    return Ticket.objects.filter(pk=1).update(title="changed")


def delete():
    return Ticket.objects.filter(pk=1).delete()


def bulk_create():
    return Ticket.objects.bulk_create([Ticket(title=f"b{number}", queue_id=1) for number in range(5)])


def create_in_loop():
    for number in range(3):
        Ticket.objects.create(title=f"l{number}", queue_id=1)


def in_bulk():
    return Ticket.objects.in_bulk([1, 2])


def aggregate():
    return Ticket.objects.values_list("title", flat=True).last()


def save():
    ticket = Ticket.objects.get(pk=1)
    ticket.title = "saved"
    ticket.save()


def save_new():
    Ticket(title="new", queue_id=1).save()


def refresh():
    ticket = Ticket.objects.get(pk=1)
    ticket.refresh_from_db()


def foreign_keys():
    return [row.queue.name for row in Ticket.objects.all()]


def foreign_keys_joined():
    return [row.queue.name for row in Ticket.objects.select_related("queue")]


def prefetched():
    return [len(queue.tickets.all()) for queue in Queue.objects.prefetch_related("tickets")]


def one_foreign_key():
    return Ticket.objects.get(pk=1).queue.name


def bulk_update():
    rows = list(Ticket.objects.filter(queue_id=1))
    for row in rows:
        row.title = "moved"
    return Ticket.objects.bulk_update(rows, ["title"])


def earliest():
    return Ticket.objects.earliest("pk")


async def get_or_create_later():
    return await Queue.objects.aget_or_create(name="fourth")


async def update_or_create_later():
    return await Queue.objects.aupdate_or_create(name="first", defaults={"name": "first"})


async def bulk_create_later():
    return await Ticket.objects.abulk_create([Ticket(title="later", queue_id=1)])


async def count_later():
    return await Ticket.objects.acount()


async def get_later():
    return await Ticket.objects.aget(pk=1)
