"""Detectors that detect-secrets lacks, as its own plugin classes: they work in a stock scan too.

Importing this module imports detect-secrets; `_detectors` does so for the first line that may hold a provider's token.
"""

from __future__ import annotations

import re
from typing import ClassVar

from detect_secrets.plugins.base import RegexBasedDetector


class Provider(RegexBasedDetector):
    """A token whose own form says who issued it."""

    secret_type: ClassVar[str] = ""
    denylist: ClassVar[tuple[re.Pattern[str], ...]] = ()


class Asana(Provider):
    """Personal access tokens: version/user(/application):secret."""

    secret_type = "Asana token"
    denylist = (re.compile(r"(?<![\w/])[0-2]/\d{10,20}(?:/\d{10,20})?:[0-9a-f]{32}(?![0-9a-f])"),)


class Upstash(Provider):
    """REST tokens of Upstash Redis: base64 whose third to eighth characters are fixed."""

    secret_type = "Upstash token"
    denylist = (re.compile(r"(?<![\w+/])A[A-Za-z0-9+/]{3}AAI[jn]cD[A-Za-z0-9+/=_-]{30,120}"),)


class Neon(Provider):
    """Passwords of Neon roles."""

    secret_type = "Neon password"
    denylist = (re.compile(r"(?<![A-Za-z0-9])npg_[A-Za-z0-9]{10,40}"),)


class Fly(Provider):
    """Fly.io macaroons, as they stand alone or after ``FlyV1``."""

    secret_type = "Fly.io token"
    denylist = (re.compile(r"(?<![A-Za-z0-9])fm[12][ar]?_[A-Za-z0-9+/=_,-]{40,4000}"),)


class GoogleOAuth(Provider):
    """OAuth client secrets of Google."""

    secret_type = "Google OAuth client secret"
    denylist = (re.compile(r"GOCSPX-[\w-]{20,40}"),)


class GitHubFineGrained(Provider):
    """Fine-grained personal access tokens."""

    secret_type = "GitHub token"
    denylist = (re.compile(r"github_pat_[A-Za-z0-9]{20,24}_[A-Za-z0-9]{40,64}"),)


class Anthropic(Provider):
    """API and admin keys."""

    secret_type = "Anthropic API key"
    denylist = (re.compile(r"(?<![A-Za-z0-9])sk-ant-[\w-]{30,140}"),)


class OpenAIProject(Provider):
    """Keys of projects and service accounts, with the dashes that the stock plugin does not expect."""

    secret_type = "OpenAI API key"
    denylist = (re.compile(r"(?<![A-Za-z0-9])sk-(?:proj|svcacct|admin)-[\w-]{40,220}"),)


class LanguageModel(Provider):
    """Keys of other language model services that took over the prefix: OpenRouter, DeepSeek."""

    secret_type = "language model API key"
    denylist = (re.compile(r"(?<![A-Za-z0-9-])sk-(?:or-v1-)?[0-9a-f]{32,64}(?![\w-])"),)


class SlackApp(Provider):
    """App-level tokens, which the stock plugin leaves out."""

    secret_type = "Slack app token"
    denylist = (re.compile(r"xapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[a-f0-9]{32,80}"),)


class Bearer(Provider):
    """A literal ``Authorization: Bearer`` header."""

    secret_type = "bearer token"
    denylist = (re.compile(r"[Bb]earer ([A-Za-z0-9_.~+/-]{20,2000}=*)"),)
