# calls:
#   background_task -> fastapi.FastAPI
#   background_task -> fastapi.FastAPI.post
#   background_task.sign_up -> fastapi.BackgroundTasks.add_task
#   background_task.sign_up -> background_task.mail

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def mail(to):
    pass


@app.post("/")
def sign_up(tasks: BackgroundTasks):
    tasks.add_task(mail, "a")
