# calls:
#   dependency -> fastapi.FastAPI
#   dependency -> fastapi.FastAPI.get
#   dependency -> fastapi.Depends
#   dependency.index -> dependency.session
#   dependency.index -> dependency.Session.query

from fastapi import Depends, FastAPI

app = FastAPI()


class Session:
    def query(self):
        pass


def session():
    yield Session()


@app.get("/")
def index(db=Depends(session)):
    db.query()
