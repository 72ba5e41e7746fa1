"""What the application is put together from."""

import os

import redis
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
store = redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
