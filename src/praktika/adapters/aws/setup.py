"""What has to be there before anything else can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Denied

if TYPE_CHECKING:
    from types_boto3_s3.literals import BucketLocationConstraintType

_NO_CONSTRAINT = "us-east-1"
"""The one region that must not be named."""


def create_bucket(aws: Clients, bucket: str) -> None:
    """Make a bucket that nobody can make public; nothing if it is ours already.

    Raises:
        Denied: it belongs to somebody else, or may not be made.
    """
    options: Any = {}
    if aws.region != _NO_CONSTRAINT:
        place = cast("BucketLocationConstraintType", aws.region)
        options["CreateBucketConfiguration"] = {"LocationConstraint": place}
    with translated(f"cannot create bucket {bucket} in {aws.region}"):
        try:
            aws.s3.create_bucket(Bucket=bucket, **options)
        except aws.s3.exceptions.BucketAlreadyOwnedByYou:
            pass
        except aws.s3.exceptions.ClientError as error:
            if code_of(error) == "BucketAlreadyExists":
                raise Denied(
                    f"cannot create bucket {bucket}: somebody else has one of that name, and names "
                    "are shared by all of AWS. Choose another."
                ) from error
            raise
    with translated(f"cannot close bucket {bucket} to the public"):
        aws.s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
