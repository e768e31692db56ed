"""Security 3, fault 8: what is not signed with our secret is refused, whatever the settings."""

from __future__ import annotations

import hmac

import pytest

from praktika.adapters.github.signature import Signatures

SECRET, BODY = "It's a Secret to Everybody", b"Hello, World!"
GOOD = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_example_of_the_documentation() -> None:
    assert Signatures([SECRET]).accepts(GOOD, BODY)


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_security_3_without_a_secret_everything_is_refused(secrets: list[str]) -> None:
    """Also what the empty secret signs, which anybody can."""
    empty = "sha256=" + hmac.new(b"", BODY, "sha256").hexdigest()

    assert not any(Signatures(secrets).accepts(one, BODY) for one in (empty, GOOD, ""))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD,
        GOOD.replace("sha256", "sha1"),
        "sha1=" + hmac.new(SECRET.encode(), BODY, "sha1").hexdigest(),
        GOOD[:-1] + "é",
        GOOD[:-1] + "\ud800",
        "sha256=" + "0" * 64,
    ],
)
def test_security_3_forged_signatures_are_refused(signature: str) -> None:
    assert not Signatures([SECRET]).accepts(signature, BODY)


def test_security_3_it_is_the_bytes_that_are_signed() -> None:
    assert not any(Signatures([SECRET]).accepts(GOOD, body) for body in (b"", BODY + b" "))


def test_while_a_secret_is_replaced_both_sign() -> None:
    both = Signatures(["new", "", SECRET])

    assert both.accepts(GOOD, BODY)
    assert both.accepts("sha256=" + hmac.new(b"new", BODY, "sha256").hexdigest(), BODY)
    assert not both.accepts("sha256=" + hmac.new(b"", BODY, "sha256").hexdigest(), BODY)
