"""Objects in S3, by their whole names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated
from praktika.adapters.disk import os_fault

_GONE = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}


class S3Objects:
    """An `Objects` of one region.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def has(self, bucket: str, key: str) -> bool:
        """Whether there is such an object; see the port."""
        with translated(f"cannot look for s3://{bucket}/{key}"):
            try:
                self._aws.s3.head_object(Bucket=bucket, Key=key)
            except self._aws.s3.exceptions.ClientError as error:
                if code_of(error) in _GONE:
                    return False
                raise
        return True

    def put(self, bucket: str, key: str, data: bytes | Path, *, kind: str = "") -> None:
        """Store bytes, or a file's; see the port."""
        options: Any = {"ContentType": kind} if kind else {}
        with translated(f"cannot write s3://{bucket}/{key}"):
            if isinstance(data, bytes):
                self._aws.s3.put_object(Bucket=bucket, Key=key, Body=data, **options)
                return
            try:
                self._aws.s3.upload_file(str(data), bucket, key, ExtraArgs=options)
            except OSError as error:
                raise os_fault(error, f"cannot read {data}") from error

    def get(self, bucket: str, key: str) -> bytes:
        """The bytes of an object; see the port."""
        place = f"s3://{bucket}/{key}"
        with translated(f"cannot read {place}", f"there is no {place}"):
            return self._aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def keys(self, bucket: str, folder: str) -> list[str]:
        """The names of all objects in a folder; see the port."""
        with translated(f"cannot list s3://{bucket}/{folder}"):
            pages = self._aws.s3.get_paginator("list_objects_v2")
            try:
                return [
                    one["Key"]
                    for page in pages.paginate(Bucket=bucket, Prefix=folder)
                    for one in page.get("Contents", ())
                ]
            except self._aws.s3.exceptions.ClientError as error:
                if code_of(error) in _GONE:
                    return []
                raise

    def remove(self, bucket: str, key: str) -> None:
        """Delete an object; see the port."""
        with translated(f"cannot delete s3://{bucket}/{key}"):
            self._aws.s3.delete_object(Bucket=bucket, Key=key)
