"""Objects in S3, as far as `adapters.aws.objects` asks for them."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from praktika.adapters.aws.light.refusals import Refused
from praktika.adapters.aws.light.signing import Letter
from praktika.adapters.aws.light.wire import Answer, Service, Wire

_S3 = Service(name="s3", variable="S3")
_META = "x-amz-meta-"
_SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class LightS3:
    """A client of S3 with the methods of boto3's that are used here."""

    exceptions = SimpleNamespace(ClientError=Refused)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: Any) -> None:
        """Store an object; with `IfNoneMatch`, where there is none."""
        headers = _metadata(more.get("Metadata", {})) | _checksum(Body)
        if "Tagging" in more:
            headers["X-Amz-Tagging"] = more["Tagging"]
        if "IfNoneMatch" in more:
            headers["If-None-Match"] = more["IfNoneMatch"]
        self._send("PUT", Bucket, Key, operation="PutObject", headers=headers, body=Body)

    def upload_fileobj(
        self,
        Fileobj: BinaryIO,
        *,
        Bucket: str,
        Key: str,
        ExtraArgs: Any,
        Config: object,
    ) -> None:
        """Store an object from a file; in one piece, whatever the configuration says."""
        del Config
        self.put_object(Bucket=Bucket, Key=Key, Body=Fileobj.read(), **ExtraArgs)

    def get_object(self, *, Bucket: str, Key: str, Range: str = "") -> dict[str, Any]:
        """An object, or a range of it."""
        headers = {"Range": Range} if Range else {}
        answer = self._send("GET", Bucket, Key, operation="GetObject", headers=headers)
        return {**_about(answer), "Body": _Body(answer.body)}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        """What is known of an object."""
        return _about(self._send("HEAD", Bucket, Key, operation="HeadObject"))

    def delete_objects(
        self,
        *,
        Bucket: str,
        Delete: Mapping[str, Any],
        ChecksumAlgorithm: str,
    ) -> dict[str, Any]:
        """Remove objects."""
        del ChecksumAlgorithm  # there is one
        root = ET.Element("Delete")
        ET.SubElement(root, "Quiet").text = "true"
        for one in Delete["Objects"]:
            ET.SubElement(ET.SubElement(root, "Object"), "Key").text = one["Key"]
        body = ET.tostring(root)
        answer = self._send(
            "POST",
            Bucket,
            query={"delete": ""},
            operation="DeleteObjects",
            headers=_checksum(body),
            body=body,
        )
        errors = _read(answer.body).iter(f"{_SPACE}Error")
        return {"Errors": [_fields(one) for one in errors]}

    def get_paginator(self, operation: str) -> _Pages:
        """Pages of `list_objects_v2`, the only operation that has any here."""
        if operation != "list_objects_v2":
            raise AttributeError(f"{operation} has no pages here")
        return _Pages(self._listed)

    def _listed(self, bucket: str, query: dict[str, str]) -> ET.Element:
        asked = {"list-type": "2", **query}
        return _read(self._send("GET", bucket, query=asked, operation="ListObjectsV2").body)

    def _send(  # noqa: PLR0913 - a request has that many parts
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        operation: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        by_name = not self._wire.endpoint(_S3) and "." not in bucket
        base = self._wire.address(_S3, bucket if by_name else "")
        path = f"/{quote(key, safe='/~')}" if by_name else f"/{bucket}/{quote(key, safe='/~')}"
        asked = urlencode(query, quote_via=quote, safe="~") if query else ""
        letter = Letter(
            method=method,
            url=f"{base}{path}{f'?{asked}' if asked else ''}",
            headers=headers or {},
            body=body,
        )
        return self._wire.send(_S3, letter, operation)


class _Body(io.BytesIO):
    """The bytes of an object."""

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """The bytes, some at a time."""
        return iter(lambda: self.read(size), b"")


@dataclass(frozen=True, slots=True)
class _Pages:
    """A listing, page by page."""

    listed: Any

    def paginate(
        self,
        *,
        Bucket: str,
        Prefix: str,
        StartAfter: str = "",
        PaginationConfig: Mapping[str, int] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The pages, until the end or the limit."""
        limits = PaginationConfig or {}
        left = limits.get("MaxItems", 0)
        query = {"prefix": Prefix, "max-keys": str(limits.get("PageSize", 1000))}
        if StartAfter:
            query["start-after"] = StartAfter
        while True:
            page = self.listed(Bucket, query)
            found = [_fields(one) for one in page.iter(f"{_SPACE}Contents")]
            some = found[:left] if "MaxItems" in limits else found
            yield {"Contents": [{"Key": one["Key"], "Size": int(one["Size"])} for one in some]}
            left -= len(some)
            token = page.findtext(f"{_SPACE}NextContinuationToken")
            if not token or ("MaxItems" in limits and left <= 0):
                return
            query["continuation-token"] = token


def _metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    return {f"{_META}{name}": value for name, value in metadata.items()}


def _checksum(body: bytes) -> dict[str, str]:
    """What lets S3 refuse bytes that arrive otherwise than they were sent."""
    value = zlib.crc32(body).to_bytes(4, "big")
    return {"X-Amz-Checksum-CRC32": base64.b64encode(value).decode()}


def _about(answer: Answer) -> dict[str, Any]:
    cut = len(_META)
    return {
        "ContentLength": int(answer.headers.get("content-length", len(answer.body))),
        "Metadata": {
            name[cut:]: value for name, value in answer.headers.items() if name.startswith(_META)
        },
    }


def _read(body: bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314 - AWS wrote it, and it is not asked for anything else


def _fields(element: ET.Element) -> dict[str, str]:
    return {one.tag.removeprefix(_SPACE): one.text or "" for one in element}
