"""Which plugins are asked, what a line must hold for each, and what a message calls their finds.

Left out of detect-secrets' own: the two entropy plugins and Secret Keyword (`_keyed` does their work and knows values
better), Basic Auth (`_urls` sees the user and the host too), Public IP (no secret), and IBM IAM, IBM COS, Cloudant and
SoftLayer, which take any 24, 44, 48 or 64 characters after a word like ``key``.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = "_plugins"
"""The module with the plugins that detect-secrets lacks."""


@dataclass(frozen=True)
class Detector:
    """One plugin and the condition to ask it."""

    kind: str
    module: str
    name: str
    hint: str
    """A regular expression that the line, folded to lower case, must hold; without it the plugin cannot match."""

    @cached_property
    def possible(self) -> Any:
        """Whether a folded line is worth asking the plugin."""
        return re.compile(self.hint, re.ASCII).search

    @cached_property
    def plugin(self) -> Any:
        """The plugin; the first of a process imports detect-secrets (0.07 s)."""
        from importlib import import_module

        with deferred("requests"):
            if self.module == OWN:
                module = import_module(f".{OWN}", __package__)
            else:
                module = import_module(f"detect_secrets.plugins.{self.module}")
        return getattr(module, self.name)()

    def values(self, line: str, folded: str) -> set[str]:
        """What the plugin yields for a line.

        This is its ``analyze_line`` without the verification, which would send the value to its provider whenever other
        code of the process left detect-secrets' global settings on their defaults.
        """
        return set(self.plugin.analyze_string(line)) if self.possible(folded) else set()

    def places(self, line: str, folded: str) -> Iterator[tuple[int, int]]:
        """Start and end of every value in a line, without the quotes that some plugins take along.

        Plugins yield a pattern's groups, and in some of them (GitHub, GitLab) the group is but the token's prefix.
        """
        values = self.values(line, folded)
        if not values:
            return
        for pattern in self.plugin.denylist:
            for match in pattern.finditer(line):
                if values.isdisjoint((match[0], *match.groups())):
                    continue
                group = max(range(len(match.groups()) + 1), key=lambda i: (i > 0 and len(match[i] or "") >= 16, -i))
                start, end = match.span(group)
                found = line[start:end]
                core = found.strip(" \t\"'=:") if self.name == "ArtifactoryDetector" else found
                start += found.index(core)
                yield start, start + len(core)


STOCK = (
    Detector("Artifactory credential", "artifactory", "ArtifactoryDetector", r"akc[a-z0-9]{10}|ap[0-9a-f][a-z0-9]{8}"),
    Detector("AWS key", "aws", "AWSKeyDetector", r"a(?:3t|bia|cca|kia|sia)[0-9a-z]{16}|aws.*[0-9a-z/+]{40}"),
    Detector("Azure storage account key", "azure_storage_key", "AzureStorageKeyDetector", r"accountkey="),
    Detector("Discord bot token", "discord", "DiscordBotTokenDetector", r"[\w-]{24}\.[\w-]{6}\.[\w-]{27}"),
    Detector("GitHub token", "github_token", "GitHubTokenDetector", r"gh[pousr]_\w{36}"),
    Detector("GitLab token", "gitlab_token", "GitLabTokenDetector", r"gl[a-z]{2,5}-|gr1348941"),
    Detector("JSON web token", "jwt", "JwtTokenDetector", r"eyj[\w=-]+\."),
    Detector("Mailchimp key", "mailchimp", "MailchimpDetector", r"[0-9a-z]{32}-us[0-9]"),
    Detector("npm token", "npm", "NpmDetector", r"/:_authtoken="),
    Detector("OpenAI API key", "openai", "OpenAIDetector", r"t3blbkfj"),
    Detector("private key", "private_key", "PrivateKeyDetector", r"private key|putty-user-key-file-2"),
    Detector("PyPI token", "pypi_token", "PypiTokenDetector", r"pypi-ag"),
    Detector("SendGrid API key", "sendgrid", "SendGridDetector", r"sg\.[\w-]{22}\."),
    Detector("Slack token", "slack", "SlackDetector", r"xox[abpors]-\d|hooks\.slack\.com/services"),
    Detector("Square OAuth secret", "square_oauth", "SquareOAuthDetector", r"sq0csp-"),
    Detector("Stripe key", "stripe", "StripeDetector", r"k_live_[0-9a-z]{24}"),
    Detector("Telegram bot token", "telegram_token", "TelegramBotTokenDetector", r":[\w-]{35}"),
    Detector("Twilio key", "twilio", "TwilioKeyDetector", r"(?:ac|sk)[a-z0-9]{32}"),
)
EXTRA = (
    Detector("Asana token", OWN, "Asana", r"[0-2]/\d+(?:/\d+)?:[0-9a-f]{32}"),
    Detector("Upstash token", OWN, "Upstash", r"aai[jn]cd"),
    Detector("Neon password", OWN, "Neon", r"npg_"),
    Detector("Fly.io token", OWN, "Fly", r"fm[12][ar]?_"),
    Detector("Google OAuth client secret", OWN, "GoogleOAuth", r"gocspx-"),
    Detector("GitHub token", OWN, "GitHubFineGrained", r"github_pat_"),
    Detector("Anthropic API key", OWN, "Anthropic", r"sk-ant-"),
    Detector("OpenAI API key", OWN, "OpenAIProject", r"sk-(?:proj|svcacct|admin)-"),
    Detector("language model API key", OWN, "LanguageModel", r"sk-(?:or-v1-)?[0-9a-f]{32}"),
    Detector("Slack app token", OWN, "SlackApp", r"xapp-\d"),
    Detector("bearer token", OWN, "Bearer", r"bearer "),
)


class Deferred(ModuleType):
    """Stands for a module until the first use of one of its attributes."""

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        return getattr(import_module(self.__name__), name)


@contextmanager
def deferred(name: str) -> Iterator[None]:
    """Modules imported inside get a stand-in for one that they import and that atomlint never needs.

    detect-secrets imports requests (0.1 s) for verification only. What the process has imported already stays; the
    stand-in does not stay in `sys.modules`.
    """
    import sys

    if name in sys.modules:
        yield
        return
    stand_in = sys.modules[name] = Deferred(name)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
