"""Routes of projects."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends

from .deps import Quota, get_project, get_service, get_storage, plain_counter
from .models import Project
from .services import PlainCounter, ProjectService
from .storage import Storage

router = APIRouter(prefix="/projects", tags=["projects"])
Service = Annotated[ProjectService, Depends(get_service)]
Current = Annotated[Project, Depends(get_project)]
WRITERS = {"text": "set", "list": "rpush"}


@router.get("/{slug}")
def read(project: Current) -> dict:
    return {"owner": project.owner}


@router.get("/{slug}/members")
def members(project: Current, service: Service) -> dict:
    return {"members": service.members(project), "size": service.size(project)}


@router.post("/{slug}/members")
def join(project: Current, service: Service, name: str) -> dict:
    return {"id": service.join(project, name).id}


@router.get("/{slug}/online", dependencies=[Depends(Quota(1000))])
def online(project: Current, service: Service) -> dict:
    return {"online": service.online(project.slug)}


@router.post("/{slug}/hit")
def hit(slug: str, counter: Annotated[PlainCounter, Depends(plain_counter)]) -> dict:
    return {"hits": counter.hit(slug)}


def remember(storage: Storage, slug: str) -> None:
    storage.client.lpush("recent", slug)
    storage.client.ltrim("recent", 0, 99)


@router.post("/{slug}/visit")
def visit(slug: str, tasks: BackgroundTasks, storage: Annotated[Storage, Depends(get_storage)]) -> dict:
    if storage.client.sismember("hidden", slug):
        return {"visited": False}
    tasks.add_task(remember, storage, slug)
    return {"visited": True}


@router.get("/")
def recent(storage: Annotated[Storage, Depends(get_storage)], service: Service) -> list:
    found = []
    for slug in storage.client.lrange("recent", 0, 4):
        project = service.find(slug)
        if project is not None:
            found.append(project.owner)
    return found
