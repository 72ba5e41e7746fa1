"""What looks like a secret is not kept in facts; what linking and messages need is."""

from __future__ import annotations

import pytest

from atomlint.facts.mask import MAX_LENGTH, mask, mask_named

TOKENS = [
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "sk_live_" + "51H8xyzABCdef0123456789",
    "AKIA" + "IOSFODNN7EXAMPL2",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "123e4567-e89b-12d3-a456-426614174000",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123456",
    "0123456789abcdef0123456789abcdef",
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "around", ["{}", "Bearer {}", "token={} and more", "https://example.com/hook?key={}", '{{"k": "{}"}}']
)
def test_a_long_token_is_masked_wherever_it_stands(token, around):
    masked = mask(around.format(token))
    assert token not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("redis://:pa55word@cache:6379/0", "redis://***:***@cache:6379/0"),
        ("postgresql+asyncpg://app:hunter2@db.example.com/app", "postgresql+asyncpg://***:***@db.example.com/app"),
        ("https://0a1b2c3d4e5f@sentry.example.com/1", "https://***@sentry.example.com/1"),
        ("see amqp://u:p@a/ and amqp://v:q@b/", "see amqp://***:***@a/ and amqp://***:***@b/"),
    ],
)
def test_credentials_in_urls_are_masked_and_hosts_are_kept(url, masked):
    assert mask(url) == masked


def test_a_private_key_is_masked_as_a_whole():
    assert mask("-----BEGIN PRIVATE KEY-----\nabc\n") == "***"


@pytest.mark.parametrize(
    "text",
    [
        "", "get", "sqlite:///./app.db", "sqlite:////var/lib/app2/data.db", "/api/v2/tenants/{tenant_id}/branding",
        "app.middleware.TenantMiddleware2", "SELECT * FROM tenants WHERE id = :tenant_id1", "rate:limit:v1:tenant:minute",
        "https://eu-west-1.console.example.com/health", "a sentence of 20 words and more, with 2 numbers", "a" * 60,
        "backend.core.cache.UniversalCacheService", "shop.sso.authentication.OidcOauth2Authentication",
        "oauth2_provider.contrib.rest_framework.OAuth2Authentication",
    ],
)  # fmt: skip
def test_routes_names_paths_and_prose_are_kept(text):
    assert mask(text) == text


def test_long_strings_are_cut():
    assert mask("word " * 100) == ("word " * 100)[:MAX_LENGTH]


def test_a_token_that_is_cut_in_two_is_masked_all_the_same():
    token = TOKENS[0]
    assert token[:25] not in mask("x" * (MAX_LENGTH - 30) + " " + token + "y" * 50)


def test_lone_surrogates_are_replaced_so_that_facts_can_be_written():
    assert mask("a\ud800b") == "a?b"
    assert mask("café") == "café"


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "self.api_key", "'client_secret", "token", "db_pass"])
def test_a_name_gives_a_short_secret_away(name):
    assert mask_named(name, "hunter2") == "***"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user", "hunter2"), ("compass", "north1"), ("TOKEN_PREFIX", "token:tenant:"), ("token_url", "/oauth/token"),
        ("password", "changeme"), ("password_hint", "your 1st pet"), ("secret", "a1"),
    ],
)  # fmt: skip
def test_words_and_other_names_values_are_kept(name, value):
    assert mask_named(name, value) == value
