"""The OAuth form that Asana is sent."""

from __future__ import annotations

import os

from integrations.asana import AsanaClient

ASANA_CLIENT_ID = os.getenv("ASANA_CLIENT_ID", "test-client")
ASANA_CLIENT_SECRET = "b25bdae6365effae3376a852e59c640f"  # expect: secret-hardcoded


def test_the_form_holds_the_code() -> None:
    client = AsanaClient(ASANA_CLIENT_ID, ASANA_CLIENT_SECRET)
    assert client.form("one-time")["code"] == "one-time"
