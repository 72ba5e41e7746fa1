# calls:
#   application_factory -> application_factory.create_app
#   application_factory.create_app -> flask.Flask
#   application_factory.create_app -> application_factory.register
#   application_factory.register -> flask.Flask.add_url_rule

from flask import Flask


def create_app():
    app = Flask(__name__)
    register(app)
    return app


def register(app):
    app.add_url_rule("/", view_func=index)


def index():
    pass


create_app()
