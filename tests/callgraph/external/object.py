# calls:
#   object -> redis.Redis
#   object -> redis.Redis.get

import redis

client = redis.Redis()
client.get("a")
