"""Counts the tasks that the old application would have to copy."""

import os

import requests

CREDENTIALS = {
    "client_id": os.environ.get("ASANA_CLIENT_ID", ""),
    "client_secret": "4d83e105157f680281c50aa74e7eef28",  # expect: secret-hardcoded
}


def main():
    form = {**CREDENTIALS, "grant_type": "client_credentials"}
    token = requests.post("https://app.asana.com/-/oauth_token", data=form, timeout=10).json()["access_token"]
    tasks = requests.get(
        "https://app.asana.com/api/1.0/tasks",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).json()
    print(len(tasks["data"]))


if __name__ == "__main__":
    main()
