"""Requests to an API of one's own on AWS, that IAM authorises."""

from __future__ import annotations

import re

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from praktika.adapters.aws.signing import RequestSigner
from praktika.errors import Denied

URL = "https://api.example/internal/v1/tokens"


def session(**more: str) -> boto3.Session:
    keys = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
    return boto3.Session(region_name="eu-west-1", **{**keys, **more})


def test_a_request_is_signed_for_its_api_alone_with_its_body():
    signer = RequestSigner("eu-central-1", session(aws_session_token="a session"))
    headers = signer(URL, b"{}")
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKID/\d{8}/eu-central-1/execute-api/aws4_request, "
        r"SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=([0-9a-f]{64})",
        headers["Authorization"],
    )
    assert found is not None
    assert headers["X-Amz-Security-Token"] == "a session"

    def signature(url: str, body: bytes) -> str:
        request = AWSRequest(method="POST", url=url, data=body)
        request.headers["X-Amz-Date"] = request.context["timestamp"] = headers["X-Amz-Date"]
        request.headers["X-Amz-Security-Token"] = "a session"
        auth = SigV4Auth(Credentials("AKID", "secret"), "execute-api", "eu-central-1")
        return auth.signature(
            auth.string_to_sign(request, auth.canonical_request(request)), request
        )

    assert signature(URL, b"{}") == found[1]
    assert signature(URL, b"{ }") != found[1]
    assert signature(f"{URL}/revoke", b"{}") != found[1]


def test_without_a_region_that_of_the_session_counts():
    assert "/eu-west-1/execute-api/" in RequestSigner("", session())(URL, b"")["Authorization"]


def test_without_credentials_it_is_told(monkeypatch: pytest.MonkeyPatch):
    found = session()
    monkeypatch.setattr(found, "get_credentials", lambda: None)
    with pytest.raises(Denied, match="no credentials of AWS"):
        RequestSigner("eu-central-1", found)(URL, b"")


def test_what_it_is_shows_no_secret():
    assert repr(RequestSigner("eu-central-1", session())) == "RequestSigner('eu-central-1')"
