# calls:
#   route -> flask.Flask
#   route -> flask.Flask.route
#   route.index -> route.page

from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return page()


def page():
    pass
