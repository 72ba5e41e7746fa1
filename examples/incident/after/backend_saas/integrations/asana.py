"""Mirrors tickets to a yard's Asana project."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

TOKEN_URL = "https://app.asana.com/-/oauth_token"


@dataclass(frozen=True)
class AsanaClient:
    """Trades OAuth codes for access tokens."""

    client_id: str
    client_secret: str

    def form(self, code: str) -> dict[str, str]:
        """What the token endpoint wants to be sent."""
        return {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
        }

    def exchange(self, code: str) -> str:
        """An access token for a code."""
        response = httpx.post(TOKEN_URL, data=self.form(code), timeout=10)
        response.raise_for_status()
        return str(response.json()["access_token"])
