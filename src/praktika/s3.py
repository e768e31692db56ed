"""The face `praktika.s3`; S3 itself is in `praktika.sdk.services.s3`."""

from praktika.sdk.services.errors import NotInThisRelease, ServiceFailed
from praktika.sdk.services.s3 import S3

__all__ = ["S3", "NotInThisRelease", "ServiceFailed"]
