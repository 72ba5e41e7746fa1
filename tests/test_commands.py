"""Commands of clients and of their pipelines."""

from __future__ import annotations

from index_project import index_of


def commands(text: str) -> list[tuple[str, bool]]:
    index = index_of({"a.py": text})
    table = index.project.linker.table("a.py")
    found = (index.project.commands.at("a.py", call) for call in range(len(table.facts.calls)))
    return [(command.method, command.queued) for command in found if command is not None]


def test_a_command_of_a_pipeline_is_queued_until_it_is_executed() -> None:
    text = """
    import redis
    client = redis.Redis()
    def f():
        pipe = client.pipeline()
        pipe.set("a", 1)
        pipe.expire("a", 5)
        return pipe.execute()
    """
    assert commands(text) == [("pipeline", False), ("set", True), ("expire", True), ("execute", False)]


def test_a_chain_on_a_pipeline_is_of_the_pipeline() -> None:
    text = """
    import redis
    pipe = redis.Redis().pipeline()
    pipe.set("a", 1).expire("a", 5).execute()
    """
    assert [pair for pair in commands(text) if pair[0] in ("set", "expire", "execute")] == [
        ("execute", False),
        ("expire", True),
        ("set", True),
    ]


def test_other_objects_send_no_commands() -> None:
    assert commands("settings = {}\nsettings.get('a')\nclass C:\n    def set(self): ...\nC().set()\n") == []


def test_a_queued_command_knows_how_its_key_expires() -> None:
    index = index_of(
        {"a.py": "import redis\npipe = redis.Redis().pipeline()\npipe.set('a', 1)\npipe.hset('b', 'c', 1)\n"}
    )
    by_name = {m: c for m in ("set", "hset") for c, _ in index.project.commands.named(m)}
    assert "ex" in (by_name["set"].expires_by or [])
    assert by_name["hset"].expires_by is None
    assert by_name["hset"].is_endless
