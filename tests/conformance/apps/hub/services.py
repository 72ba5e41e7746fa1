"""What the routes do, without HTTP."""

from abc import ABC, abstractmethod

from sqlmodel import Session, func, select

from .models import Member, Project
from .storage import Storage, retried


class Counter(ABC):
    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def hit(self, name: str) -> int:
        return self.storage.call(lambda: self._hit(name), 0)

    @abstractmethod
    def _hit(self, name: str) -> int: ...


class PlainCounter(Counter):
    def _hit(self, name: str) -> int:
        return self.storage.client.incr(f"plain:{name}")


class DailyCounter(Counter):
    def _hit(self, name: str) -> int:
        with self.storage.client.pipeline() as pipe:
            pipe.incr(f"daily:{name}")
            pipe.expire(f"daily:{name}", 86400)
            return pipe.execute()[0]


class ProjectService:
    def __init__(self, session: Session, storage: Storage) -> None:
        self.session = session
        self.storage = storage

    @retried(times=3)
    def online(self, slug: str) -> int:
        return self.storage.client.scard(f"online:{slug}")

    def find(self, slug: str) -> Project | None:
        return self.session.exec(select(Project).where(Project.slug == slug)).first()

    def members(self, project: Project) -> list[str]:
        rows = self.session.exec(select(Member).where(Member.project_id == project.id))
        return [row.name for row in rows]

    def size(self, project: Project) -> int:
        return self.session.exec(select(func.count()).select_from(Member).where(Member.project_id == project.id)).one()

    def join(self, project: Project, name: str) -> Member:
        member = Member(project_id=project.id, name=name)
        self.session.add(member)
        self.session.commit()
        self.session.refresh(member)
        self.storage.client.sadd(f"online:{project.slug}", name)
        return member
