"""The application and its own pages."""

import json
import os

from flask import Flask, jsonify

from .api import api
from .extensions import db, store
from .models import Post

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db.init_app(app)


@app.before_request
def count():
    store.incr("pages")


@app.after_request
def header(response):
    response.headers["X-Blog"] = "1"
    return response


@app.route("/")
def front():
    known = store.get("front")
    if known is None:
        known = json.dumps([post.title for post in Post.query.limit(5).all()])
        store.set("front", known, ex=60)
    return known


@app.route("/about")
def about():
    return jsonify(about="a blog")


app.register_blueprint(api)
