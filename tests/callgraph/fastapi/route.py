# calls:
#   route -> fastapi.FastAPI
#   route -> fastapi.FastAPI.get
#   route.index -> route.render

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def index():
    return render()


def render():
    pass
