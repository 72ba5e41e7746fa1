"""A shop whose handlers run in the thread pool."""

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from .cache import Cache, get_cache
from .features import enabled
from .metrics import Metrics

app = FastAPI()
app.add_middleware(Metrics)
STATES = ("open", "paid", "sent")


@app.middleware("http")
async def maintenance(request: Request, call_next):
    if request.url.path.startswith("/internal/"):
        return await call_next(request)
    down = await run_in_threadpool(get_cache().redis.get, "maintenance")
    response = await call_next(request)
    if down:
        response.headers["X-Maintenance"] = down
    return response


def render(number: int) -> dict:
    return {"product": number, "price": number * 10}


@app.get("/internal/ready")
def ready() -> dict:
    return {"ready": True}


@app.get("/products/{number}")
def product(number: int, cache: Cache = Depends(get_cache)) -> dict:
    return cache.remember(f"product:{number}", lambda: render(number))


@app.get("/products/{number}/stock")
def stock(number: int, cache: Cache = Depends(get_cache)) -> dict:
    value = cache.load(f"stock:{number}")
    return {"stock": value or 0}


@app.put("/products/{number}/stock")
def set_stock(number: int, value: int, cache: Cache = Depends(get_cache)) -> dict:
    cache.store(f"stock:{number}", value, ttl=60)
    return {"stock": value}


@app.get("/orders/summary")
def summary(cache: Cache = Depends(get_cache)) -> dict:
    return {state: cache.redis.llen(f"orders:{state}") for state in STATES}


@app.post("/orders/close")
def close_orders(numbers: list[int], cache: Cache = Depends(get_cache)) -> dict:
    for number in numbers:
        cache.redis.lpush("orders:sent", number)
    return {"closed": len(numbers)}


@app.get("/banner")
def banner() -> dict:
    return {"banner": "new" if enabled("banner") else "old"}


@app.post("/reserve/{number}")
def reserve(number: int, cache: Cache = Depends(get_cache)) -> dict:
    def take(pipe):
        left = int(pipe.get(f"left:{number}") or 0)
        pipe.multi()
        pipe.set(f"left:{number}", left - 1)

    cache.redis.transaction(take, f"left:{number}")
    return {"reserved": True}


@app.get("/search")
def search(words: str = "", cache: Cache = Depends(get_cache)) -> list:
    if not words:
        return []
    return sorted(cache.redis.sinter([f"word:{word}" for word in words.split()]))


@app.post("/baskets/{basket}")
def fill_basket(basket: str, number: int, cache: Cache = Depends(get_cache)) -> dict:
    cache.redis.hincrby(f"basket:{basket}", number, 1)
    cache.redis.expire(f"basket:{basket}", 3600)
    return {"filled": True}


@app.get("/baskets/{basket}")
def basket(basket: str, cache: Cache = Depends(get_cache)) -> dict:
    return cache.redis.hgetall(f"basket:{basket}")


@app.delete("/baskets/{basket}")
def empty_basket(basket: str, cache: Cache = Depends(get_cache)) -> dict:
    removed = cache.redis.delete(f"basket:{basket}", f"coupon:{basket}")
    return {"removed": removed}


@app.post("/products/{number}/views")
def view(number: int, cache: Cache = Depends(get_cache)) -> dict:
    with cache.redis.pipeline() as pipe:
        views, _ = pipe.incr(f"views:{number}").expire(f"views:{number}", 86400).execute()
    return {"views": views}
