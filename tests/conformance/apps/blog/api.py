"""The blog's JSON routes."""

from flask import Blueprint, abort, g, jsonify, request

from .extensions import db, store
from .models import Author, Post

api = Blueprint("api", __name__, url_prefix="/api")


@api.before_request
def identify():
    token = request.headers.get("X-Token", "")
    g.reader = store.hget("tokens", token)
    if g.reader is None:
        abort(401)


@api.get("/posts")
def posts():
    return jsonify([post.title for post in Post.query.order_by(Post.id).all()])


@api.get("/posts/<int:number>")
def post(number):
    found = db.session.get(Post, number)
    if found is None:
        abort(404)
    views = store.incr(f"views:{number}")
    return jsonify(title=found.title, views=views)


@api.get("/authors")
def authors():
    rows = db.session.execute(db.select(Author)).scalars().all()
    counts = []
    for author in rows:
        counts.append(Post.query.filter_by(author_id=author.id).count())
    return jsonify(counts)


@api.post("/posts")
def write():
    author = Author.query.filter_by(name=g.reader).first()
    if author is None:
        abort(403)
    db.session.add(Post(title=request.json["title"], author_id=author.id))
    db.session.commit()
    store.delete("front")
    return jsonify(ok=True)


@api.get("/search")
def search():
    word = request.args.get("word", "")
    page = Post.query.filter(Post.title.contains(word)).limit(10).all()
    total = Post.query.filter(Post.title.contains(word)).count()
    return jsonify(total=total, titles=[post.title for post in page])


@api.get("/pages/<int:number>")
def page(number):
    found = Post.query.order_by(Post.id).paginate(page=number, per_page=2, error_out=False)
    return jsonify(total=found.total, titles=[post.title for post in found.items])
