"""Bookkeeping over a relational database."""

from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload, selectinload

from .database import get_async_db, get_db
from .models import Account, Entry, Tenant

app = FastAPI()
Database = Annotated[Session, Depends(get_db)]
AsyncDatabase = Annotated[AsyncSession, Depends(get_async_db)]


def current_tenant(db: Database, x_tenant: Annotated[str, Header()] = "") -> Tenant:
    tenant = db.query(Tenant).filter(Tenant.slug == x_tenant).first()
    if tenant is None:
        raise HTTPException(404)
    return tenant


CurrentTenant = Annotated[Tenant, Depends(current_tenant)]


@app.get("/ping")
def ping() -> str:
    return "pong"


@app.get("/tenant")
def tenant(tenant: CurrentTenant) -> str:
    return tenant.slug


@app.get("/accounts/{number}")
def account(number: int, db: Database) -> str:
    found = db.get(Account, number)
    if found is None:
        raise HTTPException(404)
    return found.name


@app.get("/accounts")
def accounts(tenant: CurrentTenant, db: Database) -> list[str]:
    return [row.name for row in db.query(Account).filter_by(tenant_id=tenant.id).all()]


@app.get("/balances")
def balances(tenant: CurrentTenant, db: Database) -> list[int]:
    found = []
    for row in db.query(Account).filter(Account.tenant_id == tenant.id).all():
        found.append(db.query(func.sum(Entry.amount)).filter(Entry.account_id == row.id).scalar() or 0)
    return found


@app.get("/balances/lazy")
def lazy_balances(db: Database) -> list[int]:
    return [sum(entry.amount for entry in row.entries) for row in db.query(Account).all()]


@app.get("/balances/eager")
def eager_balances(db: Database) -> list[int]:
    rows = db.query(Account).options(selectinload(Account.entries)).all()
    return [sum(entry.amount for entry in row.entries) for row in rows]


@app.get("/balances/joined")
def joined_balances(db: Database) -> list[int]:
    rows = db.execute(select(Account).options(joinedload(Account.entries))).unique().scalars().all()
    return [sum(entry.amount for entry in row.entries) for row in rows]


@app.post("/accounts/{number}/entries")
def book(number: int, amount: int, db: Database) -> int:
    entry = Entry(account_id=number, amount=amount)
    db.add(entry)
    db.commit()
    db.refresh(entry)
    return entry.id


@app.get("/page")
def page(db: Database, offset: int = 0) -> dict:
    query = db.query(Entry)
    return {"total": query.count(), "rows": [row.id for row in query.offset(offset).limit(10).all()]}


@app.get("/async/accounts/{number}")
async def async_account(number: int, db: AsyncDatabase) -> str:
    found = await db.get(Account, number)
    if found is None:
        raise HTTPException(404)
    return found.name


@app.get("/async/accounts")
async def async_accounts(db: AsyncDatabase) -> list[str]:
    rows = await db.scalars(select(Account))
    return [row.name for row in rows]


@app.get("/async/totals")
async def async_totals(db: AsyncDatabase) -> list[int]:
    found = []
    for row in (await db.execute(select(Account))).scalars().all():
        total = await db.scalar(select(func.sum(Entry.amount)).where(Entry.account_id == row.id))
        found.append(total or 0)
    return found


@app.post("/async/tenants")
async def async_tenant(slug: str, db: AsyncDatabase) -> int:
    known = (await db.execute(select(Tenant).where(Tenant.slug == slug))).scalar_one_or_none()
    if known is not None:
        return known.id
    made = Tenant(slug=slug)
    db.add(made)
    await db.commit()
    return made.id


@app.put("/accounts/{number}")
def rename(number: int, name: str, db: Database) -> str:
    found = db.get(Account, number)
    if found is None:
        raise HTTPException(404)
    found.name = name
    db.commit()
    return found.name


@app.delete("/entries/{number}")
def remove(number: int, db: Database) -> bool:
    found = db.query(Entry).filter(Entry.id == number).one_or_none()
    if found is None:
        raise HTTPException(404)
    db.delete(found)
    db.commit()
    return True


@app.post("/transfers")
def transfer(source: int, target: int, amount: int, db: Database) -> int:
    db.add(Entry(account_id=source, amount=-amount))
    db.add(Entry(account_id=target, amount=amount))
    db.commit()
    return amount


@app.post("/accounts")
def open_account(name: str, tenant: CurrentTenant, db: Database) -> int:
    made = Account(name=name, tenant_id=tenant.id)
    db.add(made)
    db.flush()
    db.add(Entry(account_id=made.id, amount=0))
    db.commit()
    return made.id


@app.post("/accounts/{number}/reset")
def reset(number: int, db: Database) -> int:
    changed = db.query(Entry).filter(Entry.account_id == number).update({"amount": 0})
    db.commit()
    return changed


@app.get("/tenants/{slug}/known")
def known(slug: str, db: Database) -> bool:
    return db.scalar(select(func.count()).select_from(Tenant).where(Tenant.slug == slug)) > 0


@app.patch("/async/accounts/{number}")
async def async_rename(number: int, name: str, db: AsyncDatabase) -> str:
    found = await db.get(Account, number)
    if found is None:
        raise HTTPException(404)
    found.name = name
    await db.commit()
    await db.refresh(found)
    return found.name
