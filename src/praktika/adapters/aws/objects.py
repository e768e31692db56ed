"""Objects in S3: what blobs and journals have in common."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import answer_fault, code_of, translated
from praktika.errors import Conflict, Unavailable

_PART = 16 << 20
"""Bytes from which on an object goes up, or comes down, in parts."""

_BUSY = {"ConditionalRequestConflict", "409", "OperationAborted"}
_ROUNDS = 6
_DELETED_AT_ONCE = 1000

CHECKSUM: Final = "CRC32"
"""S3 computes it, too, and refuses what arrived otherwise than it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object, or a range of it; `size` is that of the whole where the whole was asked for."""

    data: bytes = b""
    size: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)


class Bucket:
    """The objects of a bucket below a prefix.

    Args:
        aws: the clients.
        name: of the bucket.
        prefix: what every object's name here begins with: "" or ending in "/".
    """

    def __init__(self, aws: Clients, name: str, prefix: str) -> None:
        self.name = name
        self.prefix = prefix
        self._aws = aws

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}"

    def put(
        self,
        name: str,
        data: bytes | BinaryIO,
        size: int,
        metadata: Mapping[str, str] | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Store `size` bytes, replacing what was there; large ones in parts."""
        extra: Any = {"ChecksumAlgorithm": CHECKSUM, "Metadata": dict(metadata or {})}
        if tags:
            extra["Tagging"] = urlencode(tags)
        place: Any = {"Bucket": self.name, "Key": self.prefix + name}
        with translated(f"cannot write {self}{name}"):
            if size <= _PART:
                body = data if isinstance(data, bytes) else data.read()
                self._aws.s3.put_object(**place, Body=body, **extra)
                return
            from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - optional

            self._aws.s3.upload_fileobj(
                io.BytesIO(data) if isinstance(data, bytes) else data,
                **place,
                ExtraArgs=extra,
                Config=TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART),
            )

    def create(self, name: str, data: bytes) -> None:
        """Store bytes where nothing is yet.

        A request whose answer is lost is made again, and then finds what the first has left: the
        object tells by a token whose it is.

        Raises:
            Conflict: there is something of somebody else.
        """
        token = secrets.token_hex(16)
        for number in range(_ROUNDS):
            with translated(f"cannot write {self}{name}"):
                try:
                    self._aws.s3.put_object(
                        Bucket=self.name,
                        Key=self.prefix + name,
                        Body=data,
                        IfNoneMatch="*",
                        ChecksumAlgorithm=CHECKSUM,
                        Metadata={"writer": token},
                    )
                except self._aws.s3.exceptions.ClientError as error:
                    if code_of(error) in _BUSY:  # of two at the same moment S3 lets neither in
                        time.sleep(0.05 * 2**number)
                        continue
                    if code_of(error) not in {"PreconditionFailed", "412"}:
                        raise
                else:
                    return
            if self.head(name).metadata.get("writer") == token:
                return
            raise Conflict(f"{self}{name} is there already")
        raise Unavailable(f"cannot write {self}{name}: others write it at the same time")

    def get(self, name: str, start: int = 0, end: int | None = None, thing: str = "") -> Found:
        """An object's bytes `[start:end]`.

        Raises:
            Absent: there is none; its text is `thing`.
        """
        if end is not None and end <= start:
            return self.head(name, thing)
        options: Any = {}
        if start or end is not None:
            options["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        with translated(f"cannot read {self}{name}", thing or f"there is no {self}{name}"):
            try:
                answer = self._aws.s3.get_object(
                    Bucket=self.name, Key=self.prefix + name, **options
                )
            except self._aws.s3.exceptions.ClientError as error:
                if code_of(error) not in {"InvalidRange", "416"}:
                    raise
            else:
                data = answer["Body"].read()
                return Found(data=data, size=len(data), metadata=answer["Metadata"])
        return self.head(name, thing)  # it begins after the end

    def download(self, name: str, file: BinaryIO, thing: str = "") -> Found:
        """Write a whole object to a file."""
        with translated(f"cannot read {self}{name}", thing or f"there is no {self}{name}"):
            answer = self._aws.s3.get_object(Bucket=self.name, Key=self.prefix + name)
            file.writelines(answer["Body"].iter_chunks(1 << 20))
            return Found(size=answer["ContentLength"], metadata=answer["Metadata"])

    def head(self, name: str, thing: str = "") -> Found:
        """An object without its bytes.

        Raises:
            Absent: there is none; its text is `thing`.
        """
        with translated(f"cannot read {self}{name}", thing or f"there is no {self}{name}"):
            answer = self._aws.s3.head_object(Bucket=self.name, Key=self.prefix + name)
            return Found(size=answer["ContentLength"], metadata=answer["Metadata"])

    def list(self, start: str = "", *, after: str = "", limit: int = 0) -> list[tuple[str, int]]:
        """Names that begin with `start`, and their sizes, sorted.

        Args:
            start: what the names begin with.
            after: names up to this one are left out.
            limit: as many at most, if it is not 0.
        """
        options: Any = {"StartAfter": self.prefix + after} if after else {}
        if limit:
            options["PaginationConfig"] = {"MaxItems": limit, "PageSize": min(limit, 1000)}
        cut = len(self.prefix)
        with translated(f"cannot list {self}{start}"):
            pages = self._aws.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=self.prefix + start, **options
            )
            return [
                (one["Key"][cut:], one["Size"])
                for page in pages
                for one in page.get("Contents", ())
            ]

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there are fine."""
        for some in _slices(list(names), _DELETED_AT_ONCE):
            with translated(f"cannot delete {self}{some[0]}"):
                answer = self._aws.s3.delete_objects(
                    Bucket=self.name,
                    Delete={
                        "Objects": [{"Key": self.prefix + name} for name in some],
                        "Quiet": True,
                    },
                    ChecksumAlgorithm=CHECKSUM,
                )
            for error in answer.get("Errors", ()):
                raise answer_fault(
                    error.get("Code", ""),
                    error.get("Message", ""),
                    f"cannot delete s3://{self.name}/{error.get('Key')}",
                    operation="DeleteObjects",
                )


def _slices(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
