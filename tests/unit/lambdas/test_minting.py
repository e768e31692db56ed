"""The key of the app, read where an operator keeps it."""

import json

import pytest
from tests.github_app import KEY

from praktika.adapters.memory import ManualClock
from praktika.errors import OperatorError, Unrecognised
from praktika.lambdas.tokens.minting import AGAIN, FRESH, Minting, Rotating
from praktika.ports.tokens import Grant, Token

VARIABLES = {"PRAKTIKA_GITHUB_SECRET": "demo-gh-app"}


class Vault:
    """As far as the adapter asks it."""

    region = "r"

    def __init__(self, text):
        self.secrets, self.text, self.reads = self, text, 0

    def get_secret_value(self, **asked):
        assert asked == {"SecretId": "demo-gh-app"}
        self.reads += 1
        return {"Name": "demo-gh-app", "SecretString": self.text}


def secret(**more):
    return json.dumps({"app-id": 7, "app-key": KEY, "app-installation-id": "1", **more})


def test_a_key_is_read_once_and_anew_when_it_may_have_been_changed():
    clock, vault = ManualClock(), Vault(secret())
    minting = Minting(vault, clock, VARIABLES)
    first = minting()
    assert minting() is first
    vault.text = secret(**{"app-id": "8"})
    clock.advance(FRESH)
    assert "8" in repr(minting())
    assert vault.reads == 2


@pytest.mark.parametrize(
    "text", ["{}", "hunter2hunter2", secret(**{"app-key": "hunter2hunter2"}), '"hunter2hunter2"']
)
def test_a_secret_that_is_none_is_not_shown(text):
    with pytest.raises(OperatorError) as raised:
        Minting(Vault(text), ManualClock(), VARIABLES)()
    assert "hunter2" not in str(raised.value)


def test_a_function_that_was_not_told_says_so():
    with pytest.raises(OperatorError, match="PRAKTIKA_GITHUB_SECRET is not set"):
        Minting(Vault(secret()), ManualClock(), {})()


GRANT = Grant(repository="acme/lab", permissions={"contents": "read"})


class App:
    """GitHub, which knows one key at a time."""

    def __init__(self):
        self.valid, self.asked = "1", 0

    def broker(self, key):
        return _Keyed(self, key)


class _Keyed:
    def __init__(self, app, key):
        self._app, self._key = app, key

    def own_token(self, _grant):
        self._app.asked += 1
        if self._key != self._app.valid:
            raise Unrecognised("GitHub: 401")
        return Token(value=f"of {self._key}", expires=1.0)

    token = own_token


class Keys(Minting):
    """A `Minting` whose secret is a mere key."""

    def __init__(self, clock, app):
        super().__init__(Vault(""), clock, VARIABLES)
        self.app, self.stored, self.reads = app, "1", 0

    def _made(self):
        self.reads += 1
        return self.app.broker(self.stored)


@pytest.mark.parametrize("kind", ["own_token", "token"])
def test_a_key_that_github_does_not_know_any_more_is_read_again_once_a_minute(kind):
    clock, app = ManualClock(), App()
    keys = Keys(clock, app)
    give = getattr(Rotating(keys), kind)
    assert give(GRANT).value == "of 1"
    clock.advance(AGAIN)
    keys.stored = app.valid = "2"
    assert give(GRANT).value == "of 2"
    assert keys.reads == 2
    app.valid = "3"
    for _ in range(3):
        with pytest.raises(Unrecognised):
            give(GRANT)
    assert keys.reads == 2, "somebody who is refused all the time reads no secret all the time"
    clock.advance(AGAIN)
    with pytest.raises(Unrecognised):
        give(GRANT)
    assert keys.reads == 3
