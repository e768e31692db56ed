"""Connections to a server, through the proxy that the environment names for it."""

from __future__ import annotations

import ipaddress
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import urllib3


def pool_of(url: str, timeout: urllib3.Timeout, *, size: int) -> urllib3.PoolManager:
    """Connections to the server of a URL, `size` of them kept.

    `HTTPS_PROXY` and `NO_PROXY` count, as they do for other programs; not for this machine.
    """
    proxy = _proxy(url)
    if proxy:
        return urllib3.ProxyManager(proxy, timeout=timeout, maxsize=size)
    return urllib3.PoolManager(timeout=timeout, maxsize=size)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxy(url: str) -> str:
    """The proxy that the environment names for a server, or ""."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return ""
    proxies: dict[str, Any] = urllib.request.getproxies()
    return str(proxies.get(parts.scheme, ""))
