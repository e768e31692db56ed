"""Tokens that stand for logins."""

from __future__ import annotations

import pytest

from praktika.errors import AuthorError, OperatorError
from praktika.wiring.serving.tokens import Tokens


def test_a_token_stands_for_its_login(tmp_path):
    tokens = Tokens(tmp_path)
    one, other = tokens.make("octocat", 1.0), tokens.make("hubot", 2.0)
    assert one != other
    assert tokens.login_of(one) == "octocat"
    assert tokens.login_of(other) == "hubot"
    for wrong in ("", "x", one[:-1], one + "x", one.upper(), "prk_"):
        assert tokens.login_of(wrong) == ""


def test_what_another_process_makes_or_revokes_counts_at_once(tmp_path):
    server, operator = Tokens(tmp_path), Tokens(tmp_path)
    token = operator.make("octocat", 1.0)
    assert server.login_of(token) == "octocat"
    assert operator.revoke("OctoCat") == 1
    assert server.login_of(token) == ""


def test_the_file_is_private_and_holds_no_token(tmp_path):
    token = Tokens(tmp_path).make("octocat", 1.0)
    place = tmp_path / "tokens.json"
    assert place.stat().st_mode & 0o777 == 0o600
    assert token.removeprefix("prk_") not in place.read_text()


@pytest.mark.parametrize("login", ["", "a b", "-x", "<b>", "x" * 200, "a\n"])
def test_what_is_no_login_gets_none(tmp_path, login):
    with pytest.raises(AuthorError):
        Tokens(tmp_path).make(login, 1.0)


def test_a_damaged_file_lets_nobody_in(tmp_path):
    tokens = Tokens(tmp_path)
    token = tokens.make("octocat", 1.0)
    (tmp_path / "tokens.json").write_text("{")
    with pytest.raises(OperatorError, match="damaged"):
        tokens.login_of(token)
