"""The GitHub App, as an operator gives it."""

import json
import re

import pytest

from praktika.adapters.memory import MemorySecrets
from praktika.errors import OperatorError
from praktika.infrastructure.deploying.app import app_of, app_secret

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"


def test_what_is_stored_is_in_order(tmp_path):
    file = tmp_path / "app.pem"
    file.write_text(KEY.replace("\n", "\r\n"))
    text = app_secret("12345", file)
    assert json.loads(text)["app-key"] == KEY
    assert app_of(MemorySecrets({"lab-gh-app": text}), "lab-gh-app") == "12345"


@pytest.mark.parametrize(
    ("app", "key", "match"),
    [
        ("Iv1.8a61f9b3a7aba766", KEY, "no id of a GitHub App"),
        ("１２", KEY, "no id of a GitHub App"),
        ("1", KEY.replace("PRIVATE", "PUBLIC"), "no private key"),
        ("1", "", "no private key"),
        ("1", "\u00e9", "cannot read a key"),
        ("1", None, "cannot read a key"),
    ],
)
def test_what_is_no_app_is_not_stored(tmp_path, app, key, match):
    file = tmp_path / "app.pem"
    if key is not None:
        file.write_text(key, encoding="utf-8")
    with pytest.raises(OperatorError, match=match) as refused:
        app_secret(app, file)
    assert not re.search("MIIE", str(refused.value))
