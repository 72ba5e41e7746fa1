"""What programs do with a session of SQLAlchemy; there are ten parents with one child each."""

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session, joinedload, selectinload, subqueryload

from .models import Child, Parent


def build_only(session: Session):
    return session.query(Parent).filter(Parent.id > 1).order_by(Parent.name).limit(3)


def first(session: Session):
    return session.query(Parent).filter(Parent.name == "p1").first()


def one(session: Session):
    return session.query(Parent).filter_by(name="p1").one()


def one_or_none(session: Session):
    return session.query(Parent).filter_by(name="none").one_or_none()


def every(session: Session):
    return session.query(Parent).all()


def count(session: Session):
    return session.query(Parent).count()


def scalar(session: Session):
    return session.query(func.max(Parent.id)).scalar()


def iterate(session: Session):
    return [row.name for row in session.query(Parent)]


def count_and_page(session: Session):
    query = session.query(Parent)
    return query.count(), query.limit(2).all()


def get(session: Session):
    return session.get(Parent, 1)


def first_twice(session: Session):
    return (
        session.query(Parent).filter(Parent.id == 1).first(),
        session.query(Parent).filter(Parent.id == 1).first(),
    )


def execute(session: Session):
    return session.execute(select(Parent).where(Parent.id == 1)).scalar_one_or_none()


def scalars(session: Session):
    return session.scalars(select(Parent.name)).all()


def statement_scalar(session: Session):
    return session.scalar(select(func.count()).select_from(Parent))


def plain_text(session: Session):
    return session.execute(text("select 1")).scalar()


def update_statement(session: Session):
    session.execute(update(Parent).where(Parent.id == 1).values(name="other"))
    session.commit()


def delete_statement(session: Session):
    session.execute(delete(Child).where(Child.id == 1))
    session.commit()


def insert_statement(session: Session):
    session.execute(insert(Parent), [{"name": "a"}, {"name": "b"}])
    session.commit()


def query_update(session: Session):
    session.query(Parent).filter(Parent.id == 1).update({"name": "other"})
    session.commit()


def query_delete(session: Session):
    session.query(Child).filter(Child.parent_id == 1).delete()
    session.commit()


def add_and_refresh(session: Session):
    made = Parent(name="new")
    session.add(made)
    session.commit()
    session.refresh(made)
    return made


def flush_then_commit(session: Session):
    made = Parent(name="new")
    session.add(made)
    session.flush()
    session.add(Child(name="c", parent_id=made.id))
    session.commit()


def change(session: Session):
    found = session.get(Parent, 1)
    found.name = "changed"
    session.commit()


def commit_nothing(session: Session):
    session.commit()


def remove(session: Session):
    found = session.get(Child, 1)
    session.delete(found)
    session.commit()


def get_in_loop(session: Session):
    return [session.get(Child, number) for number in range(1, 6)]


def get_by_list(session: Session, numbers=(1, 2, 3)):
    return [session.get(Child, number) for number in numbers]


def many_by_in(session: Session, numbers=(1, 2, 3)):
    return session.scalars(select(Child).where(Child.id.in_(numbers))).all()


def lazy(session: Session):
    return [len(parent.children) for parent in session.query(Parent).all()]


def lazy_one(session: Session):
    child = session.query(Child).first()
    return child.parent.name


def eager(session: Session):
    rows = session.query(Parent).options(selectinload(Parent.children)).all()
    return [len(parent.children) for parent in rows]


def joined(session: Session):
    rows = session.query(Parent).options(joinedload(Parent.children)).all()
    return [len(parent.children) for parent in rows]


def by_subquery(session: Session):
    rows = session.query(Parent).options(subqueryload(Parent.children)).all()
    return [len(parent.children) for parent in rows]
