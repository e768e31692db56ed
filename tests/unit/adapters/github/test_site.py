"""Where a GitHub is, and what may be part of a path there."""

import pytest

from praktika.adapters.github.http.site import Site, party_of, path_of, segment
from praktika.errors import Absent, OperatorError


@pytest.mark.parametrize(
    ("address", "api", "graphql"),
    [
        ("github.com", "https://api.github.com", "https://api.github.com/graphql"),
        ("octo.ghe.com", "https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql"),
        ("git.corp.net", "https://git.corp.net/api/v3", "https://git.corp.net/api/graphql"),
        ("git.corp:8443", "https://git.corp:8443/api/v3", "https://git.corp:8443/api/graphql"),
        ("https://git.corp/api/v3/", "https://git.corp/api/v3", "https://git.corp/api/graphql"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80", "http://127.0.0.1:80/graphql"),
    ],
)
def test_a_host_has_its_api(address, api, graphql):
    assert Site.of(address) == Site(api, graphql)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a b",
        "http://github.com",
        "ftp://github.com",
        "https://user:pw@github.com",
        "a/b",
        "https://",
    ],
)
def test_what_is_no_github_or_not_encrypted_is_refused(address):
    with pytest.raises(OperatorError):
        Site.of(address)


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://api.github.com/x", True),
        ("https://api.github.com", True),
        ("http://api.github.com/x", False),
        ("https://api.github.com:444/x", False),
        ("https://api.github.com.evil.org/x", False),
        ("https://api.github.com@evil.org/x", False),
        ("//evil.org/x", False),
        ("/x", False),
    ],
)
def test_only_its_own_host_is_its_own(url, owned):
    """Security 15."""
    assert Site.of().owns(url) is owned


def test_paths_hold_what_they_are_made_from():
    """Security 6."""
    assert path_of("Acme/my.shop_1-x") == "/repos/Acme/my.shop_1-x"
    assert party_of("Acme/shop") == "acme"
    assert segment("a/b?c#d é") == "a%2Fb%3Fc%23d%20%C3%A9"
    for name in ("acme", "acme/", "/shop", "acme/..", "acme/.", "a/b/c", "a/b\n", "a/é", "-a/b"):
        with pytest.raises(Absent):
            path_of(name)
    for text in ("", ".", ".."):
        with pytest.raises(Absent):
            segment(text)
