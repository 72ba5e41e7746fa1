"""The same with an asynchronous session."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from .models import Child, Parent


async def get(session: AsyncSession):
    return await session.get(Parent, 1)


async def execute(session: AsyncSession):
    return (await session.execute(select(Parent))).scalars().all()


async def scalar(session: AsyncSession):
    return await session.scalar(select(func.count(Parent.id)))


async def scalars(session: AsyncSession):
    return (await session.scalars(select(Parent).options(selectinload(Parent.children)))).all()


async def stream(session: AsyncSession):
    return [row async for row in await session.stream_scalars(select(Parent.name))]


async def add(session: AsyncSession):
    made = Parent(name="new")
    session.add(made)
    await session.commit()
    await session.refresh(made)


async def in_loop(session: AsyncSession):
    found = []
    for parent in (await session.scalars(select(Parent))).all():
        found.append(await session.scalar(select(func.count(Child.id)).where(Child.parent_id == parent.id)))
    return found
