# calls:
#   annotated_dependency -> fastapi.APIRouter
#   annotated_dependency -> fastapi.APIRouter.get
#   annotated_dependency -> fastapi.Depends
#   annotated_dependency.user -> annotated_dependency.token
#   annotated_dependency.me -> annotated_dependency.user
#   annotated_dependency.me -> annotated_dependency.User.greet

from typing import Annotated

from fastapi import APIRouter, Depends

router = APIRouter()


class User:
    def greet(self):
        pass


def token():
    return "x"


def user(value: Annotated[str, Depends(token)]):
    return User()


@router.get("/me")
async def me(current: Annotated[User, Depends(user)]):
    current.greet()
