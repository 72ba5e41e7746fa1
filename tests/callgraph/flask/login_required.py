# calls:
#   login_required -> flask.Flask
#   login_required -> flask.Flask.route
#   login_required -> login_required.login_required
#   login_required.login_required -> functools.wraps
#   login_required.login_required.wrapped -> login_required.current
#   login_required.login_required.wrapped -> flask.redirect
#   login_required.login_required.wrapped -> login_required.home

import functools

from flask import Flask, redirect

app = Flask(__name__)


def login_required(view):
    @functools.wraps(view)
    def wrapped(*args, **kwargs):
        if not current():
            return redirect("/login")
        return view(*args, **kwargs)

    return wrapped


def current():
    pass


@app.route("/")
@login_required
def home():
    pass
