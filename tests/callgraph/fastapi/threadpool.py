# calls:
#   threadpool -> fastapi.FastAPI
#   threadpool -> fastapi.FastAPI.get
#   threadpool.index -> starlette.concurrency.run_in_threadpool
#   threadpool.index -> threadpool.crunch

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

app = FastAPI()


def crunch(n):
    pass


@app.get("/")
async def index():
    await run_in_threadpool(crunch, 1)
