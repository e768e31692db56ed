"""Proxies are those that the environment names."""

import pytest
import urllib3

from praktika.adapters.proxies import is_loopback, pool_of

TIMEOUT = urllib3.Timeout(1)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("no_proxy", "inside.example.com")


def test_the_proxy_is_used_for_other_machines():
    pool = pool_of("https://api.github.com/x", TIMEOUT, size=1)
    assert isinstance(pool, urllib3.ProxyManager)
    assert pool.proxy.host == "proxy.example.com"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1", "https://localhost", "https://inside.example.com", "http://a.b"]
)
def test_the_proxy_is_not_used_where_it_is_not_meant(url):
    assert not isinstance(pool_of(url, TIMEOUT, size=1), urllib3.ProxyManager)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_is_known(host, here):
    assert is_loopback(host) is here
