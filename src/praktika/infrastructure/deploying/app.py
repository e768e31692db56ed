"""The secret with the GitHub App, which the operator makes."""

from __future__ import annotations

from praktika.errors import Absent, OperatorError
from praktika.model.wire import WireError, decode
from praktika.ports.secrets import Secrets

_KIND = "aws secret"
_FIELDS = ("app-id", "app-key", "app-installation-id")


def app_of(secrets: Secrets, name: str) -> str:
    """The id of the GitHub App; the secret has been found to be in order.

    Raises:
        OperatorError: there is no such secret, or something is missing in it.
    """
    how = (
        f'aws secretsmanager create-secret --name {name} --secret-string \'{{"app-id": "123", '
        '"app-installation-id": "456", "app-key": "-----BEGIN ..."}\''
    )
    try:
        text = secrets.get(name, _KIND)
    except Absent:
        raise OperatorError(
            f"there is no secret {name} in Secrets Manager, which holds the key of the GitHub App. "
            f"Make it, with the App's own values: {how}"
        ) from None
    try:
        fields = decode(text.encode(), dict[str, str | int])
    except WireError:
        raise OperatorError(
            f"secret {name} is no JSON object of texts. Make it so: {how}"
        ) from None
    missing = [field for field in _FIELDS if not str(fields.get(field, "")).strip()]
    if missing:
        raise OperatorError(f"secret {name} lacks {', '.join(missing)}. It looks like this: {how}")
    if "PRIVATE KEY-----" not in str(fields["app-key"]):
        raise OperatorError(
            f"the app-key in secret {name} is no private key: it is the content of the .pem file "
            "that GitHub gives, with its line ends as \\n."
        )
    return str(fields["app-id"]).strip()
