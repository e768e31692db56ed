"""Emptying and deleting buckets."""

from __future__ import annotations

from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import answer_fault
from praktika.adapters.aws.objects import CHECKSUM

_AT_ONCE = 1000


def delete_bucket(aws: Clients, bucket: str) -> None:
    """Delete a bucket with its objects, all their versions, and uploads that never ended.

    Errors are botocore's; no such bucket is one of them.
    """
    versions = aws.s3.get_paginator("list_object_versions")
    for page in versions.paginate(Bucket=bucket, PaginationConfig={"PageSize": _AT_ONCE}):
        found: list[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        _delete(aws, bucket, [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found])
    for uploads in aws.s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for one in uploads.get("Uploads", ()):
            aws.s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])
    aws.s3.delete_bucket(Bucket=bucket)


def _delete(aws: Clients, bucket: str, objects: list[Any]) -> None:
    for start in range(0, len(objects), _AT_ONCE):
        answer = aws.s3.delete_objects(
            Bucket=bucket,
            Delete={"Objects": objects[start : start + _AT_ONCE], "Quiet": True},
            ChecksumAlgorithm=CHECKSUM,
        )
        for error in answer.get("Errors", ()):
            raise answer_fault(
                error.get("Code", ""),
                error.get("Message", ""),
                f"cannot delete s3://{bucket}/{error.get('Key')}",
                operation="DeleteObjects",
            )
