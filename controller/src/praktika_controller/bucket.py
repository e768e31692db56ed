"""The installation's blobs, as far as a machine needs them: `<project>/blobs/<key>`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from praktika_controller.aws import Clients, code_of

_ABSENT = {"NoSuchKey", "404", "NotFound", "AccessDenied", "403"}
"""Where listing is not granted, S3 says of what is not there that it is forbidden."""

_THERE = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "OperationAborted"}
_PIECE = 1 << 20


class Bucket:
    """Blobs of one installation.

    Args:
        aws: the clients.
        name: of the bucket.
        project: slug of the installation.
    """

    def __init__(self, aws: Clients, name: str, project: str) -> None:
        self._aws = aws
        self._name = name
        self._prefix = f"{project}/blobs/"

    def document(self, key: str, limit: int = 1 << 20) -> dict[str, Any]:
        """A small JSON object; an empty one where there is none, or it may not be read."""
        try:
            answer = self._aws.s3.get_object(Bucket=self._name, Key=self._prefix + key)
        except self._aws.s3.exceptions.ClientError as error:
            if code_of(error) in _ABSENT:
                return {}
            raise
        with answer["Body"] as body:
            data = body.read(limit + 1)
        if len(data) > limit:
            return {}
        try:
            found = json.loads(data)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def fetch(self, key: str, path: Path, limit: int) -> str:
        """Bring a blob into a file; its SHA-256.

        "" if it has more bytes than `limit`, or is not there, or may not be read.
        """
        try:
            answer = self._aws.s3.get_object(Bucket=self._name, Key=self._prefix + key)
        except self._aws.s3.exceptions.ClientError as error:
            if code_of(error) in _ABSENT:
                return ""
            raise
        digest = hashlib.sha256()
        size = 0
        with answer["Body"] as body, path.open("wb") as file:
            while piece := body.read(_PIECE):
                size += len(piece)
                if size > limit:
                    return ""
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def create(self, key: str, data: bytes) -> bool:
        """Store a blob where nothing is yet; whether it was us who did."""
        try:
            self._aws.s3.put_object(
                Bucket=self._name, Key=self._prefix + key, Body=data, IfNoneMatch="*"
            )
        except self._aws.s3.exceptions.ClientError as error:
            if code_of(error) in _THERE:
                return False
            raise
        return True
