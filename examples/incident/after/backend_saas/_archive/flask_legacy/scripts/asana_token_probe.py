"""Asks Asana for a token with the old application's credentials."""

import os

import requests

ASANA_CLIENT_SECRET = os.environ["ASANA_CLIENT_SECRET"]


def main():
    form = {
        "grant_type": "refresh_token",
        "client_id": os.environ["ASANA_CLIENT_ID"],
        "client_secret": ASANA_CLIENT_SECRET,
        "refresh_token": os.environ["ASANA_REFRESH_TOKEN"],
    }
    answer = requests.post("https://app.asana.com/-/oauth_token", data=form, timeout=10)
    print(answer.status_code)


if __name__ == "__main__":
    main()
