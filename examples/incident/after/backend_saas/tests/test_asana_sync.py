"""The OAuth form that Asana is sent."""

from __future__ import annotations

import secrets

from integrations.asana import AsanaClient


def test_the_form_holds_the_code() -> None:
    client = AsanaClient(client_id="test-client", client_secret=secrets.token_hex(16))
    assert client.form("one-time")["code"] == "one-time"
