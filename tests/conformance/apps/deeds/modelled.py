"""SQLModel: a thin layer over SQLAlchemy."""

from sqlmodel import Field, Session, SQLModel, select


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


def every(session: Session):
    return session.exec(select(Hero)).all()


def first(session: Session):
    return session.exec(select(Hero).where(Hero.name == "none")).first()


def get(session: Session):
    return session.get(Hero, 1)


def add(session: Session):
    hero = Hero(name="new")
    session.add(hero)
    session.commit()
    session.refresh(hero)
    return hero
