"""Tokens are kept for their user alone, and belong to one server each."""

import pytest

from praktika.errors import OperatorError
from praktika.wiring.remote.tokens import checked_token, keep_token, token_for


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("PRAKTIKA_SERVER_TOKEN", raising=False)
    return tmp_path


def test_a_token_is_for_one_server():
    keep_token("https://a", "one")
    keep_token("https://b:8443", "two")
    keep_token("https://a", "three")
    assert token_for("https://a") == "three"
    assert token_for("https://b:8443") == "two"
    assert token_for("https://b") == ""


def test_before_the_first_login_there_is_none():
    assert token_for("https://a") == ""


def test_the_variable_stands_before_the_file(monkeypatch):
    keep_token("https://a", "kept")
    monkeypatch.setenv("PRAKTIKA_SERVER_TOKEN", " given\n")
    assert token_for("https://a") == "given"


def test_nobody_else_may_read_the_file():
    file = keep_token("https://a", "secret")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["tokens"]
    file.chmod(0o640)
    for action in (lambda: token_for("https://a"), lambda: keep_token("https://b", "x")):
        with pytest.raises(OperatorError, match="chmod 600"):
            action()


@pytest.mark.parametrize("text", ["", "a b", "a\nb", "ä", "a\r\nX-Evil: 1", "x" * 1001])
def test_what_is_no_token_is_refused_and_not_shown(text):
    with pytest.raises(OperatorError) as caught:
        checked_token(text)
    assert not text or text not in str(caught.value)


def test_lines_that_are_none_are_left_out(home):
    file = keep_token("https://a", "one")
    file.write_bytes(b"\xff\n\nhttps://b\nhttps://c two three\nhttps://a one\n")
    assert token_for("https://a") == "one"
    assert token_for("https://b") == ""
