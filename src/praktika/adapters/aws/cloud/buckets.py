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
    # Always the first page: others may still write, and what is listed is gone the next time.
    while found := _versions(aws, bucket):
        _delete(aws, bucket, found)
    while uploads := aws.s3.list_multipart_uploads(Bucket=bucket).get("Uploads"):
        for one in uploads:
            aws.s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])
    aws.s3.delete_bucket(Bucket=bucket)


def _versions(aws: Clients, bucket: str) -> list[Any]:
    page = aws.s3.list_object_versions(Bucket=bucket, MaxKeys=_AT_ONCE)
    found: list[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def _delete(aws: Clients, bucket: str, objects: list[Any]) -> None:
    answer = aws.s3.delete_objects(
        Bucket=bucket, Delete={"Objects": objects, "Quiet": True}, ChecksumAlgorithm=CHECKSUM
    )
    for error in answer.get("Errors", ()):
        raise answer_fault(
            error.get("Code", ""),
            error.get("Message", ""),
            f"cannot delete s3://{bucket}/{error.get('Key')}",
            operation="DeleteObjects",
        )
