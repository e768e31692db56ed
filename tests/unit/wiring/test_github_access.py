"""Where tokens may go: to the repositories that are served, and to no other address (security 15)."""

from __future__ import annotations

import pytest

from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.tokens import MemoryTokens
from praktika.intake.allowed import Allowed
from praktika.wiring.github.access import Addresses, addresses, credentials

ALLOWED = Allowed(["acme/shop"])


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("https://api.github.com", "https://github.com/acme/shop.git"),
        ("https://api.github.com", "https://github.com/acme/shop"),
        ("https://git.corp.example/api/v3", "https://git.corp.example/acme/shop.git"),
        ("https://git.corp.example:8443/api/v3", "https://git.corp.example:8443/Acme/Shop.git"),
        ("https://api.corp.ghe.com", "https://corp.ghe.com/acme/shop.git"),
    ],
)
def test_the_repositories_of_the_forge_are_known(api, url):
    assert Addresses(api, ALLOWED)(url).lower() == "acme/shop"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/other.git",
        "https://evil.example/acme/shop.git",
        "http://github.com/acme/shop.git",
        "https://github.com:444/acme/shop.git",
        "https://github.com.evil.example/acme/shop.git",
        "https://github.com/x/acme/shop.git",
        "https://github.com/acme/shop/../other.git",
        "https://api.github.com/acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "",
    ],
)
def test_no_token_goes_elsewhere_security_15(url):
    assert Addresses("https://api.github.com", ALLOWED)(url) == ""


def test_credentials_may_fetch_and_nothing_else():
    tokens = MemoryTokens(ManualClock(), "acme/shop")
    given = credentials(Addresses("https://api.github.com", ALLOWED), tokens)
    assert given("https://github.com/acme/shop.git").startswith("x-access-token:")
    assert given("https://evil.example/acme/shop.git") == ""
    assert [dict(grant.permissions) for grant in tokens.minted] == [{"contents": "read"}]


def test_runners_know_them_from_their_variables():
    found = addresses({"PRAKTIKA_GITHUB_REPOSITORIES": "acme/shop acme/tools"})
    assert found("https://github.com/acme/tools.git") == "acme/tools"
