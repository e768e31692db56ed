"""Requests to an API of one's own on AWS, signed so that AWS tells it whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from praktika.errors import Denied, OperatorError

if TYPE_CHECKING:
    import boto3

_SERVICE = "execute-api"


class RequestSigner:
    """Signs `POST` requests with this machine's credentials: Signature Version 4.

    Args:
        region: of the API; "" takes what the environment or the profile says.
        session: whose credentials are used; None looks for them where all tools of AWS do.
    """

    def __init__(self, region: str, session: boto3.Session | None = None) -> None:
        self._region = region
        self._session = session

    def __repr__(self) -> str:
        return f"RequestSigner({self._region!r})"

    def __call__(self, url: str, body: bytes) -> Mapping[str, str]:
        """The headers with which a request to this URL is allowed.

        Raises:
            Denied: there are no credentials here.
            OperatorError: boto3 is not installed.
        """
        try:
            import boto3  # noqa: PLC0415 - an optional dependency, and slow to import
            from botocore.auth import SigV4Auth  # noqa: PLC0415 - the same
            from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - the same
        except ImportError as error:
            raise OperatorError(
                "boto3 is not installed, which everything on AWS needs: pip install 'praktika[aws]'"
            ) from error
        if self._session is None:
            self._session = boto3.Session()
        credentials: Any = self._session.get_credentials()
        if credentials is None:
            raise Denied("there are no credentials of AWS here: this machine's role gives some")
        region = self._region or self._session.region_name or ""
        request: Any = AWSRequest(method="POST", url=url, data=body)
        SigV4Auth(credentials.get_frozen_credentials(), _SERVICE, region).add_auth(request)
        return dict(request.headers.items())
