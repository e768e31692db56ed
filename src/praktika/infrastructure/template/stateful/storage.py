"""Buckets: closed but for what is said here, and nothing in them expires that is needed later.

`retention_days` is about what runs leave. The cache, what is known of the forge, the installation
and code in use have no expiry (fault 68). A public bucket shows reports, their logs and attached
files; environments, plans and artifacts stay closed (fault 16).
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, s3

from praktika.infrastructure.parts import title_of
from praktika.infrastructure.storage import Storage
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.stateful.pages import pages_prefix

EPHEMERAL = (
    *("blobs/runs/", "blobs/sources/", "growing/runs/", "journal/", "journal-index/"),
    *("blobs/leaving/", "blobs/untrusted-runners/"),
)
"""Prefixes of what belongs to runs, and to machines that are gone, below that of the project."""

SHOWN = (
    "blobs/runs/*/report.html",
    "blobs/runs/*/jobs/*/job.log",
    "blobs/runs/*/jobs/*/files/*",
)
"""What anybody may read of a public bucket: a page, and what it links to."""

_SLACK_DAYS = 7
"""Days for which what was uploaded in part is kept."""


def add_storage(storage: Storage.Config, draft: Draft, context: Context) -> None:
    """The bucket and its policy; both stay when the stack goes, until data is to be destroyed."""
    title, own = title_of(storage), logical("Bucket", storage.name)
    bucket = s3.Bucket(
        own,
        BucketName=draft.names.own(storage.name),
        BucketEncryption=_encryption(),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            IgnorePublicAcls=True,
            BlockPublicPolicy=not storage.public,
            RestrictPublicBuckets=not storage.public,
        ),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=_rules(storage, draft, context)),
        Tags=draft.tags(),
    )
    policy = s3.BucketPolicy(
        logical("BucketPolicy", storage.name),
        Bucket=Ref(own),
        PolicyDocument={"Version": "2012-10-17", "Statement": _statements(storage, draft)},
    )
    for resource in (bucket, policy):
        # nothing is in a bucket whose stack is taken back at its creation, and it has to go with it
        resource.resource["DeletionPolicy"] = "RetainExceptOnCreate"
        resource.resource["UpdateReplacePolicy"] = "Retain"
        draft.add("stateful", title, resource)


def _encryption() -> s3.BucketEncryption:
    default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    rule = s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=default)
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule])


def _rules(storage: Storage.Config, draft: Draft, context: Context) -> list[s3.LifecycleRule]:
    """What expires: what runs leave; in a bucket of the author's own, everything."""
    parts = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_SLACK_DAYS)
    rules = [
        s3.LifecycleRule(Id="unfinished", Status="Enabled", AbortIncompleteMultipartUpload=parts)
    ]
    name = draft.names.own(storage.name)
    if name == draft.place.bucket:
        prefixes = [f"{draft.names.slug}/{prefix}" for prefix in EPHEMERAL]
    else:
        prefixes = [""] if name not in _lasting(draft, context) else []
    for at, prefix in enumerate(prefixes):
        which = {"Prefix": prefix} if prefix else {}
        rules.append(
            s3.LifecycleRule(
                Id=f"retention-{at}",
                Status="Enabled",
                ExpirationInDays=storage.retention_days,
                **which,
            )
        )
    return rules


def _lasting(draft: Draft, context: Context) -> set[str]:
    """Other buckets whose contents are needed for longer than any run."""
    pages = {draft.names.own(one.bucket_name) for one in context.project.report_pages}
    settings = (context.settings.get(name) for name in ("CACHE_S3_PATH", "S3_REPORT_BUCKET"))
    return pages | {str(one).partition("/")[0] for one in settings if one}


def _statements(storage: Storage.Config, draft: Draft) -> list[dict[str, Any]]:
    own = logical("Bucket", storage.name)
    arn = GetAtt(own, "Arn")
    everything: Any = {"Fn::Sub": f"${{{own}.Arn}}/*"}
    statements: list[dict[str, Any]] = [
        {
            "Sid": "EncryptedTransportOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, everything],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if storage.public:
        slug = draft.names.slug
        shown = [f"{slug}/{pattern}" for pattern in SHOWN] + [f"{pages_prefix(slug)}*"]
        statements.append(
            {
                "Sid": "ReportsForEverybody",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": [{"Fn::Sub": f"${{{own}.Arn}}/{pattern}"} for pattern in shown],
            }
        )
    return statements
