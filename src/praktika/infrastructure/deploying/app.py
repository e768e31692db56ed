"""The secret with the GitHub App, which the operator gives."""

from __future__ import annotations

import json
from pathlib import Path

from praktika.errors import Absent, OperatorError
from praktika.model.wire import WireError, decode
from praktika.ports.secrets import Secrets

_KIND = "aws secret"
_FIELDS = ("app-id", "app-key")


def app_of(secrets: Secrets, name: str) -> str:
    """The id of the GitHub App; the secret has been found to be in order.

    Raises:
        OperatorError: there is no such secret, or something is missing in it.
    """
    how = "praktika infrastructure --github-app ID --key-file FILE.pem"
    try:
        text = secrets.get(name, _KIND)
    except Absent:
        raise OperatorError(
            f"there is no secret {name} in Secrets Manager, which holds the key of the GitHub App. "
            f"Store it, with the App's own number and key: {how}"
        ) from None
    try:
        fields = decode(text.encode(), dict[str, str | int])
    except WireError:
        raise OperatorError(
            f"secret {name} is no JSON object of texts. Store it anew: {how}"
        ) from None
    missing = [field for field in _FIELDS if not str(fields.get(field, "")).strip()]
    if missing:
        raise OperatorError(f"secret {name} lacks {' and '.join(missing)}. Store it anew: {how}")
    if "PRIVATE KEY-----" not in str(fields["app-key"]):
        raise OperatorError(
            f"the app-key in secret {name} is no private key: it is the content of the .pem file "
            f"that GitHub gives. Store it anew: {how}"
        )
    return str(fields["app-id"]).strip()


def app_secret(app: str, key_file: Path) -> str:
    """What the secret of a GitHub App holds.

    Args:
        app: its number.
        key_file: the private key as GitHub gives it, PEM.

    Raises:
        OperatorError: the number is none, or the file has no key in it.
    """
    if not (app.isascii() and app.isdecimal()):
        raise OperatorError(f"'{app[:40]}' is no id of a GitHub App: it is the number on its page")
    try:
        key = key_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"cannot read a key from {key_file}: {error}") from error
    if not (key.startswith("-----BEGIN ") and key.endswith(" PRIVATE KEY-----")):
        raise OperatorError(
            f"{key_file} is no private key: GitHub gives one as a .pem file on the App's page, "
            "under 'Private keys'"
        )
    return json.dumps({"app-id": app, "app-key": f"{key}\n"})
