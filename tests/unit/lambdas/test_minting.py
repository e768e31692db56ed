"""The key of the app, read where an operator keeps it."""

import json

import pytest
from tests.github_app import KEY

from praktika.adapters.memory import ManualClock
from praktika.errors import OperatorError
from praktika.lambdas.tokens.minting import FRESH, Minting

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
