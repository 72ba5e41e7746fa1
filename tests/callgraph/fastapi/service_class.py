# calls:
#   service_class -> fastapi.FastAPI
#   service_class -> fastapi.FastAPI.get
#   service_class.index -> service_class.Service.__init__
#   service_class.index -> service_class.Service.show
#   service_class.Service.show -> service_class.Repository.load

from fastapi import FastAPI

app = FastAPI()


class Repository:
    def load(self):
        pass


class Service:
    def __init__(self, repository: Repository):
        self.repository = repository

    def show(self):
        return self.repository.load()


@app.get("/")
def index():
    return Service(Repository()).show()
