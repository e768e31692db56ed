"""What an operator says of GitHub: all of it or nothing, and secrets that are secret."""

from __future__ import annotations

import pytest

from praktika.errors import Denied, OperatorError
from praktika.wiring.github.settings import find_github

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def said(tmp_path):
    key, secret = tmp_path / "key.pem", tmp_path / "secret"
    for path, text in ((key, "-----BEGIN RSA PRIVATE KEY-----\n"), (secret, f"{SECRET}\n")):
        path.write_text(text)
        path.chmod(0o600)
    return {
        "PRAKTIKA_GITHUB_APP_ID": "12",
        "PRAKTIKA_GITHUB_KEY_FILE": str(key),
        "PRAKTIKA_WEBHOOK_SECRET_FILE": str(secret),
        "PRAKTIKA_GITHUB_REPOSITORIES": "acme/shop, acme/tools",
    }


def test_nothing_said_means_no_github():
    assert find_github({"PRAKTIKA_GITHUB_API": "https://x"}) is None


def test_all_is_said(said):
    found = find_github(said)
    assert found is not None
    assert found.repositories == ("acme/shop", "acme/tools")
    assert found.secrets == (SECRET,)
    assert found.api == "https://api.github.com"


@pytest.mark.parametrize("left_out", [
    "PRAKTIKA_GITHUB_APP_ID", "PRAKTIKA_GITHUB_KEY_FILE", "PRAKTIKA_WEBHOOK_SECRET_FILE",
    "PRAKTIKA_GITHUB_REPOSITORIES",
])  # fmt: skip
def test_a_part_is_refused_fault_8_and_10(said, left_out):
    """Fault 8: no secret is no server. Fault 10: no list of repositories is not all of them."""
    with pytest.raises(OperatorError, match=f"needs {left_out}, too"):
        find_github(said | {left_out: " "})


def test_a_secret_that_others_can_read_is_refused(said, tmp_path):
    (tmp_path / "key.pem").chmod(0o640)
    with pytest.raises(Denied, match="chmod 600"):
        find_github(said)


@pytest.mark.parametrize(
    ("text", "words"), [("", "is empty"), ("\n \n", "is empty"), ("short\n", "fewer than 16")]
)
def test_an_empty_or_short_secret_is_refused_security_3(said, tmp_path, text, words):
    (tmp_path / "secret").write_text(text)
    with pytest.raises(OperatorError, match=words):
        find_github(said)


def test_two_secrets_count_while_one_is_replaced(said, tmp_path):
    (tmp_path / "secret").write_text(f"{SECRET}\n{SECRET[::-1]}\n")
    found = find_github(said)
    assert found is not None
    assert found.secrets == (SECRET, SECRET[::-1])


@pytest.mark.parametrize("name", ["*", "acme", "acme/", "a/b/c", "acme/..x/y", "-"])
def test_a_repository_is_owner_and_name(said, name):
    with pytest.raises(OperatorError, match="no owner/name"):
        find_github(said | {"PRAKTIKA_GITHUB_REPOSITORIES": name})


def test_no_secret_is_shown(said):
    shown = repr(find_github(said))
    assert SECRET not in shown
    assert "BEGIN" not in shown


@pytest.mark.parametrize("text", ["ghe.example.com", "https://ghe.example.com/api/v3/"])
def test_the_api_is_a_host_or_its_url(said, text):
    found = find_github(said | {"PRAKTIKA_GITHUB_API": text})
    assert found is not None
    assert found.api == "https://ghe.example.com/api/v3"
    with pytest.raises(OperatorError, match="not encrypted"):
        find_github(said | {"PRAKTIKA_GITHUB_API": "http://ghe.example.com"})
