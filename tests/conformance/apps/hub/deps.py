"""What routes depend on."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlmodel import Session

from .models import Project
from .services import DailyCounter, PlainCounter, ProjectService
from .storage import Storage, get_session


def get_storage() -> Storage:
    return Storage()


def get_service(
    session: Annotated[Session, Depends(get_session)],
    storage: Annotated[Storage, Depends(get_storage)],
) -> ProjectService:
    return ProjectService(session, storage)


def get_project(slug: str, service: Annotated[ProjectService, Depends(get_service)]) -> Project:
    project = service.find(slug)
    if project is None:
        raise HTTPException(404)
    return project


class Quota:
    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, request: Request, storage: Annotated[Storage, Depends(get_storage)]) -> None:
        if DailyCounter(storage).hit(request.url.path) > self.limit:
            raise HTTPException(429)


def plain_counter(storage: Annotated[Storage, Depends(get_storage)]) -> PlainCounter:
    return PlainCounter(storage)
