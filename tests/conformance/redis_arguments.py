"""How every method of redis-py's clients is called for real, on the keys that ``SEED`` lays out."""

from __future__ import annotations

SEED: tuple[tuple[str, ...], ...] = (
    ("FLUSHALL",),
    ("SET", "text", "value"),
    ("SET", "number", "1"),
    ("SET", "gone", "value", "EX", "900"),
    ("RPUSH", "list", *map(str, range(50))),
    ("SADD", "set", *map(str, range(50))),
    ("SADD", "set2", "1", "2"),
    ("ZADD", "zset", "1", "a", "2", "b", "3", "c"),
    ("ZADD", "zset2", "1", "a"),
    ("HSET", "hash", "a", "1", "b", "2"),
    ("PFADD", "hll", "a"),
    ("GEOADD", "geo", "13.36", "38.11", "Palermo", "15.08", "37.5", "Catania"),
    ("XADD", "stream", "1-1", "a", "1"),
    ("XADD", "stream", "2-1", "a", "2"),
    ("XGROUP", "CREATE", "stream", "group", "0"),
)

LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"

ARGUMENTS: dict[str, tuple[object, ...]] = {
    "acl_deluser": ("nobody",), "acl_dryrun": ("default", "get", "text"), "acl_getuser": ("default",),
    "acl_setuser": ("nobody",), "append": ("text", "more"), "bitcount": ("text",), "bitfield_ro": ("number", "u8", 0),
    "bitop": ("AND", "out", "text", "number"), "bitpos": ("text", 1), "blmove": ("list", "list2", 1),
    "blmpop": (1, 1, "list"), "blpop": ("list", 1), "brpop": ("list", 1), "brpoplpush": ("list", "list2", 1),
    "bzmpop": (1, 1, ["zset"]), "bzpopmax": ("zset", 1), "bzpopmin": ("zset", 1), "client_kill": ("127.0.0.1:1",),
    "client_kill_filter": ("999999",), "client_no_evict": ("off",), "client_no_touch": ("off",), "client_pause": (1,),
    "client_setinfo": ("lib-ver", "1"), "client_setname": ("name",), "client_unblock": (999999,), "command_docs": ("get",),
    "command_getkeys": ("get", "text"), "command_getkeysandflags": ("get", "text"), "config_get": ("maxmemory",),
    "config_set": ("maxmemory-samples", 5), "copy": ("text", "copied"), "debug_object": ("text",), "decr": ("number",),
    "decrby": ("number", 2), "delete": ("text", "number"), "dump": ("text",), "echo": ("hello",),
    "eval": ("return redis.call('get', KEYS[1])", 1, "text"), "eval_ro": ("return 1", 0), "evalsha": ("0" * 40, 0),
    "evalsha_ro": ("0" * 40, 0), "execute_command": ("GET", "text"), "exists": ("text", "number"), "expire": ("text", 60),
    "expireat": ("text", 4102444800), "expiretime": ("gone",), "fcall": ("f", 0), "fcall_ro": ("f", 0),
    "function_delete": ("lib",), "function_load": (LIBRARY, True), "function_restore": ("x",),
    "geoadd": ("geo", (13.5, 38.0, "here")), "geodist": ("geo", "Palermo", "Catania"), "geohash": ("geo", "Palermo"),
    "geopos": ("geo", "Palermo"), "georadius": ("geo", 15, 37, 200), "georadiusbymember": ("geo", "Palermo", 200),
    "geosearch": ("geo", "Palermo", None, None, "m", 200), "geosearchstore": ("out", "geo", "Palermo", None, None, "m", 200),
    "get": ("text",), "getbit": ("text", 1), "getdel": ("text",), "getex": ("text",), "getrange": ("text", 0, 1),
    "getset": ("text", "new"), "hdel": ("hash", "a"), "hexists": ("hash", "a"), "hexpire": ("hash", 60, "a"),
    "hexpireat": ("hash", 4102444800, "a"), "hexpiretime": ("hash", "a"), "hget": ("hash", "a"), "hgetall": ("hash",),
    "hgetdel": ("hash", "a"), "hgetex": ("hash", "a"), "hincrby": ("hash", "a"), "hincrbyfloat": ("hash", "a"),
    "hkeys": ("hash",), "hlen": ("hash",), "hmget": ("hash", ["a"]), "hmset": ("hash", {"c": 1}), "hpersist": ("hash", "a"),
    "hpexpire": ("hash", 60, "a"), "hpexpireat": ("hash", 4102444800000, "a"), "hpexpiretime": ("hash", "a"),
    "hpttl": ("hash", "a"), "hrandfield": ("hash",), "hscan": ("hash",), "hscan_iter": ("hash",), "hset": ("hash", "c", 1),
    "hsetex": ("hash", "c", 1), "hsetnx": ("hash", "c", 1), "hstrlen": ("hash", "a"), "httl": ("hash", "a"), "hvals": ("hash",),
    "incr": ("number",), "incrby": ("number", 2), "incrbyfloat": ("number", 1.5), "latency_histogram": ("get",),
    "latency_history": ("command",), "latency_reset": ("command",), "lcs": ("text", "number"), "lindex": ("list", 0),
    "linsert": ("list", "before", "1", "x"), "llen": ("list",), "lmove": ("list", "list2"), "lmpop": (1, "list"),
    "load_external_module": ("spare", None), "lock": ("lock",), "lpop": ("list",), "lpos": ("list", "1"), "lpush": ("list", "x"),
    "lpushx": ("list", "x"), "lrange": ("list", 0, -1), "lrem": ("list", 1, "1"), "lset": ("list", 0, "x"),
    "ltrim": ("list", 0, 10), "memory_usage": ("text",), "mget": (["text", "number"],), "migrate": ("127.0.0.1", 1, "text", 0, 1),
    "module_load": ("/nowhere.so",), "module_loadex": ("/nowhere.so",), "module_unload": ("nothing",), "move": ("text", 1),
    "mset": ({"a": 1, "b": 2},), "msetnx": ({"fresh": 1},), "object": ("encoding", "text"), "persist": ("gone",),
    "pexpire": ("text", 60000), "pexpireat": ("text", 4102444800000), "pexpiretime": ("gone",), "pfadd": ("hll", "b"),
    "pfcount": ("hll",), "pfmerge": ("out", "hll"), "psetex": ("fresh", 60000, "v"), "psync": ("?", -1), "pttl": ("gone",),
    "publish": ("channel", "hello"), "pubsub_numsub": ("channel",), "pubsub_shardnumsub": ("channel",),
    "register_script": ("return 1",), "rename": ("text", "renamed"), "renamenx": ("text", "renamed"),
    "restore": ("fresh", 0, b"\x00\x05value\n\x00\x9f\xbd\x16\xd3\x0f\x8d\xe9\x1c"), "rpop": ("list",), "rpoplpush": ("list", "list2"),
    "rpush": ("list", "x"), "rpushx": ("list", "x"), "sadd": ("set", "x"), "scard": ("set",), "script_debug": ("no",),
    "script_exists": ("0" * 40,), "script_load": ("return 1",), "sdiff": (["set", "set2"],), "sdiffstore": ("out", ["set", "set2"]),
    "select": (0,), "sentinel": ("ping",), "sentinel_ckquorum": ("m",), "sentinel_failover": ("m",),
    "sentinel_get_master_addr_by_name": ("m",), "sentinel_master": ("m",), "sentinel_monitor": ("m", "127.0.0.1", 1, 1),
    "sentinel_remove": ("m",), "sentinel_reset": ("m",), "sentinel_sentinels": ("m",), "sentinel_set": ("m", "o", 1),
    "sentinel_slaves": ("m",), "set": ("fresh", "v"), "set_response_callback": ("GET", bytes), "set_retry": (None,),
    "setbit": ("bits", 1, 1), "setex": ("fresh", 60, "v"), "setnx": ("fresh", "v"), "setrange": ("text", 0, "x"),
    "sinter": (["set", "set2"],), "sintercard": (2, ["set", "set2"]), "sinterstore": ("out", ["set", "set2"]),
    "sismember": ("set", "1"), "smembers": ("set",), "smismember": ("set", ["1"]), "smove": ("set", "set2", "5"),
    "sort": ("list",), "sort_ro": ("list",), "spop": ("set",), "spublish": ("channel", "hello"), "srandmember": ("set",),
    "srem": ("set", "1"), "sscan": ("set",), "sscan_iter": ("set",), "stralgo": ("LCS", "a", "b"), "strlen": ("text",),
    "substr": ("text", 0), "sunion": (["set", "set2"],), "sunionstore": ("out", ["set", "set2"]), "swapdb": (0, 1),
    "tfcall": ("lib", "f"), "tfcall_async": ("lib", "f"), "tfunction_delete": ("lib",), "tfunction_load": ("code",),
    "touch": ("text",), "transaction": (lambda pipe: pipe.get("text"), "text"), "ttl": ("gone",), "type": ("text",),
    "unlink": ("text",), "wait": (0, 1), "waitaof": (0, 0, 1), "watch": ("text",), "xack": ("stream", "group", "1-1"),
    "xadd": ("stream", {"a": 3}), "xautoclaim": ("stream", "group", "me", 0), "xclaim": ("stream", "group", "me", 0, ["1-1"]),
    "xdel": ("stream", "1-1"), "xgroup_create": ("stream", "group2"), "xgroup_createconsumer": ("stream", "group", "me"),
    "xgroup_delconsumer": ("stream", "group", "me"), "xgroup_destroy": ("stream", "group"), "xgroup_setid": ("stream", "group", "0"),
    "xinfo_consumers": ("stream", "group"), "xinfo_groups": ("stream",), "xinfo_stream": ("stream",), "xlen": ("stream",),
    "xpending": ("stream", "group"), "xpending_range": ("stream", "group", "-", "+", 10), "xrange": ("stream",),
    "xread": ({"stream": "0"},), "xreadgroup": ("group", "me", {"stream": ">"}), "xrevrange": ("stream",), "xtrim": ("stream", 1),
    "zadd": ("zset", {"d": 4}), "zcard": ("zset",), "zcount": ("zset", 0, 5), "zdiff": (["zset", "zset2"],),
    "zdiffstore": ("out", ["zset", "zset2"]), "zincrby": ("zset", 1, "a"), "zinter": (["zset", "zset2"],),
    "zintercard": (2, ["zset", "zset2"]), "zinterstore": ("out", ["zset", "zset2"]), "zlexcount": ("zset", "-", "+"),
    "zmpop": (1, ["zset"], True), "zmscore": ("zset", ["a"]), "zpopmax": ("zset",), "zpopmin": ("zset",), "zrandmember": ("zset",),
    "zrange": ("zset", 0, -1), "zrangebylex": ("zset", "-", "+"), "zrangebyscore": ("zset", 0, 5),
    "zrangestore": ("out", "zset", 0, -1), "zrank": ("zset", "a"), "zrem": ("zset", "a"), "zremrangebylex": ("zset", "[a", "[b"),
    "zremrangebyrank": ("zset", 0, 0), "zremrangebyscore": ("zset", 0, 1), "zrevrange": ("zset", 0, -1),
    "zrevrangebylex": ("zset", "+", "-"), "zrevrangebyscore": ("zset", 5, 0), "zrevrank": ("zset", "a"), "zscan": ("zset",),
    "zscan_iter": ("zset",), "zscore": ("zset", "a"), "zunion": (["zset", "zset2"],), "zunionstore": ("out", ["zset", "zset2"]),
    "auth": ("secret",), "delete_command_from_cache": ("GET",),
    "invalidate_key_from_cache": ("text",), "tfunction_list": (False, 1), "bitfield": ("number",), "replicaof": ("NO", "ONE"),
}  # fmt: skip
"""Positional arguments; methods that need none are not listed."""

KEYWORDS: dict[str, dict[str, object]] = {
    "blmpop": {"direction": "LEFT"},
    "bzmpop": {"min": True},
    "lmpop": {"direction": "LEFT"},
}

REFUSED = frozenset({
    "acl_load", "acl_save", "auth", "bgrewriteaof", "bgsave", "client_reply", "client_setinfo", "client_setname",
    "config_rewrite", "debug_segfault", "failover", "hello", "psync", "quit", "readonly", "readwrite", "replicaof", "reset",
    "save", "script_debug", "select", "sentinel_flushconfig", "shutdown", "slaveof", "sync",
})  # fmt: skip
"""Commands that would end, stop or change the server, or that look like a greeting: counted on the wire, and refused there."""
REFUSED_ARGUMENTS: dict[str, tuple[object, ...]] = {"client_reply": ("OFF",)}
INTERNAL = frozenset({"parse_response"})
"""Public by name alone: parts of a client's inside."""
