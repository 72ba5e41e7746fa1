"""Projects and their members."""

from sqlmodel import Field, SQLModel


class Project(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str
    owner: str


class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    project_id: int
    name: str
