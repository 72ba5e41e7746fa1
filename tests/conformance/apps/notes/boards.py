"""Boards: sorted sets, written in pipelines."""

from fastapi import APIRouter, Depends

from .connection import client
from .users import current_user

router = APIRouter(dependencies=[Depends(current_user)])
WEEKS = 4

take_top = client.register_script("return redis.call('zrevrange', KEYS[1], 0, ARGV[1])")


@router.post("/{board}/points")
async def add_points(board: str, player: str, points: int = 1) -> dict:
    async with client.pipeline() as pipe:
        pipe.zincrby(f"board:{board}", points, player)
        pipe.zadd("boards", {board: 1})
        pipe.expire(f"board:{board}", 86400)
        await pipe.execute()
    return {"added": points}


@router.post("/{board}/views")
async def count_view(board: str) -> dict:
    pipe = client.pipeline(transaction=False)
    pipe.incr(f"views:{board}")
    pipe.expire(f"views:{board}", 86400)
    views, _ = await pipe.execute()
    return {"views": views}


@router.get("/{board}/weeks")
async def weeks(board: str) -> list:
    found = []
    for week in range(WEEKS):
        found.append(await client.zrevrange(f"board:{board}:{week}", 0, 9))
    return found


@router.get("/{board}/top")
async def top(board: str) -> list:
    return await take_top(keys=[f"board:{board}"], args=[9])


@router.post("/{board}/import")
async def import_points(board: str, points: dict[str, int]) -> dict:
    pipe = client.pipeline(transaction=False)
    for player, value in points.items():
        pipe.zadd(f"board:{board}", {player: value})
    await pipe.execute()
    return {"imported": len(points)}


@router.get("/{board}/all")
async def everyone(board: str) -> list:
    return [player async for player, _ in client.zscan_iter(f"board:{board}")]
