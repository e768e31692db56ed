"""What AWS and botocore complain of, as praktika's errors with words for people."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from praktika.adapters.aws.light.refusals import LightError, Refused, Unsigned
from praktika.errors import (
    Absent,
    Conflict,
    Denied,
    OperatorError,
    PraktikaError,
    Unavailable,
)

ACTIONS = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateBucket": "s3:CreateBucket",
    "CreateMultipartUpload": "s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
    "PutObjectTagging": "s3:PutObjectTagging",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "UploadPart": "s3:PutObject",
    "ChangeMessageVisibility": "sqs:ChangeMessageVisibility",
    "CreateQueue": "sqs:CreateQueue",
    "DeleteMessageBatch": "sqs:DeleteMessage",
    "DeleteQueue": "sqs:DeleteQueue",
    "GetQueueAttributes": "sqs:GetQueueAttributes",
    "GetQueueUrl": "sqs:GetQueueUrl",
    "ReceiveMessage": "sqs:ReceiveMessage",
    "SendMessageBatch": "sqs:SendMessage",
    "SetQueueAttributes": "sqs:SetQueueAttributes",
    "GetParameters": "ssm:GetParameters",
    "GetSecretValue": "secretsmanager:GetSecretValue",
    "BatchGetSecretValue": "secretsmanager:BatchGetSecretValue",
}
"""The permission that each operation of stores needs; docs/backends.md lists them all."""

DEPLOYING = {
    "GetParameter": "ssm:GetParameter",
    "GetParametersByPath": "ssm:GetParametersByPath",
    "DescribeParameters": "ssm:DescribeParameters",
    "PutParameter": "ssm:PutParameter and ssm:AddTagsToResource",
    "DeleteParameter": "ssm:DeleteParameter",
    "DescribeStacks": "cloudformation:DescribeStacks",
    "DescribeStackEvents": "cloudformation:DescribeStackEvents",
    "ListStackResources": "cloudformation:ListStackResources",
    "GetTemplate": "cloudformation:GetTemplate",
    "CreateChangeSet": "cloudformation:CreateChangeSet",
    "DescribeChangeSet": "cloudformation:DescribeChangeSet",
    "ExecuteChangeSet": "cloudformation:ExecuteChangeSet",
    "DeleteChangeSet": "cloudformation:DeleteChangeSet",
    "DeleteStack": "cloudformation:DeleteStack",
    "DescribeAutoScalingGroups": "autoscaling:DescribeAutoScalingGroups",
    "UpdateAutoScalingGroup": "autoscaling:UpdateAutoScalingGroup",
    "SetInstanceProtection": "autoscaling:SetInstanceProtection",
    "StartImagePipelineExecution": "imagebuilder:StartImagePipelineExecution",
    "SuspendProcesses": "autoscaling:SuspendProcesses",
    "DescribeImages": "ec2:DescribeImages",
    "DescribeSnapshots": "ec2:DescribeSnapshots",
    "DescribeVolumes": "ec2:DescribeVolumes",
    "DeregisterImage": "ec2:DeregisterImage",
    "DeleteSnapshot": "ec2:DeleteSnapshot",
    "DeleteVolume": "ec2:DeleteVolume",
    "CreateTags": "ec2:CreateTags",
    "DescribeLogGroups": "logs:DescribeLogGroups",
    "DeleteLogGroup": "logs:DeleteLogGroup",
    "GetResources": "tag:GetResources",
    "DeleteObject": "s3:DeleteObject",
    "DeleteBucket": "s3:DeleteBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "GetCallerIdentity": "sts:GetCallerIdentity",
}
"""The permissions of those who deploy, beside those for what CloudFormation makes for them."""

SCALING = {
    "DescribeScalingActivities": "autoscaling:DescribeScalingActivities",
    "SetDesiredCapacity": "autoscaling:SetDesiredCapacity",
    "Invoke": "lambda:InvokeFunction",
}
"""The permissions of whoever lets pools grow, which a deploy grants."""

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {
    *("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"),
    *("AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException"),
    *("SignatureDoesNotMatch", "InvalidSignatureException", "InvalidToken"),
    *("IncompleteSignature", "NotSignedUp", "OptInRequired"),
}
_FORBIDDEN = {
    *("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"),
    *("AllAccessDisabled", "AccountProblem", "KmsAccessDenied", "KMSAccessDeniedException"),
    *("403", "Forbidden", "NotAuthorized", "UnauthorizedAccess"),
}
_NO_QUEUE = {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}
_ABSENT = {"NoSuchKey", "404", "NotFound", "ParameterNotFound", "ResourceNotFoundException"}
_FIRST = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "OperationAborted"}
_PASSING = {
    *("SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled"),
    *("RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException"),
    *("BandwidthLimitExceeded", "KmsThrottled", "OverLimit", "RequestTimeout"),
    *("RequestTimeoutException", "PriorRequestNotComplete", "TransactionInProgressException"),
    *("ResourceContention", "ScalingActivityInProgress", "ServiceException"),
    *("InternalError", "InternalFailure", "ServiceUnavailable", "QueueDeletedRecently"),
    *("AWS.SimpleQueueService.QueueDeletedRecently", "BadDigest"),
}
_ELSEWHERE = ": it is in another region. Set AWS_REGION to that one."
_HINTS = {
    "PermanentRedirect": _ELSEWHERE,
    "TemporaryRedirect": _ELSEWHERE,
    "301": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "IllegalLocationConstraintException": _ELSEWHERE,
    "RequestTimeTooSkewed": ". Set the clock of this machine.",
    # the answer to a HEAD has no words
    "400": ": AWS does not say why. Have the credentials expired?",
}


@contextlib.contextmanager
def translated(doing: str, thing: str = "") -> Iterator[None]:
    """A place in which errors of botocore become praktika's.

    Args:
        doing: what is tried, with names: "cannot read blob a of bucket b".
        thing: what is absent if AWS says so, as the beginning of a sentence: "There is no blob a".
    """
    try:
        yield
    except Exception as error:
        fault = aws_fault(error, doing, thing)
        if fault is None:
            raise
        raise fault from error


def code_of(error: BaseException) -> str:
    """The code of an error answer of AWS, "" for what is none."""
    response: Any = getattr(error, "response", None)
    return str(response["Error"].get("Code", "")) if isinstance(response, dict) else ""


def aws_fault(error: Exception, doing: str, thing: str = "") -> PraktikaError | None:
    """What to raise for an error; None if it is not of a client of AWS, or a bug of praktika."""
    if isinstance(error, LightError):
        return _light_fault(error, doing, thing)
    if not type(error).__module__.startswith(("botocore.", "boto3.", "s3transfer.")):
        return None
    from botocore import exceptions as of_botocore  # noqa: PLC0415 - an optional dependency

    if isinstance(error, of_botocore.ClientError):
        return answer_fault(
            code_of(error),
            error.response["Error"].get("Message", ""),
            doing,
            operation=error.operation_name,
            status=error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
            thing=thing,
        )
    if isinstance(error, of_botocore.ParamValidationError):
        return None
    return _library_fault(error, doing)


def _light_fault(error: LightError, doing: str, thing: str) -> PraktikaError:
    """What to raise for an error of the clients without boto3."""
    if isinstance(error, Refused):
        return answer_fault(
            error.code,
            error.response["Error"]["Message"],
            doing,
            operation=error.operation_name,
            status=error.response["ResponseMetadata"]["HTTPStatusCode"],
            thing=thing,
        )
    if isinstance(error, Unsigned):
        return Denied(f"{doing}: there are no usable credentials of AWS ({error}).")
    return Unavailable(f"{doing}: {error}")


def _library_fault(error: Exception, doing: str) -> PraktikaError:
    """What to raise when there was no answer."""
    from botocore import exceptions as of_botocore  # noqa: PLC0415 - an optional dependency

    text = f"{doing}: {error}"
    match error:
        case (
            of_botocore.NoCredentialsError()
            | of_botocore.PartialCredentialsError()
            | of_botocore.CredentialRetrievalError()
            | of_botocore.NoAuthTokenError()
        ):
            return Denied(
                f"{doing}: there are no usable credentials of AWS ({error}). Set AWS_PROFILE or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; on an instance, give it a role."
            )
        case of_botocore.SSOError() | of_botocore.TokenRetrievalError():
            return Denied(f"{text}. Sign in again: aws sso login.")
        case (
            of_botocore.ProfileNotFound()
            | of_botocore.NoRegionError()
            | of_botocore.InvalidRegionError()
            | of_botocore.SSLError()
        ):
            return OperatorError(f"{text}. Check AWS_PROFILE, AWS_REGION and the endpoint.")
        case of_botocore.EndpointConnectionError() | of_botocore.ConnectTimeoutError():
            return Unavailable(
                f"{text}. Is there a network, and are the region and the endpoint right?"
            )
        case (
            of_botocore.HTTPClientError()
            | of_botocore.IncompleteReadError()
            | of_botocore.ReadTimeoutError()
            | of_botocore.FlexibleChecksumError()
        ):
            return Unavailable(text)
        case _:
            return OperatorError(text)


def answer_fault(
    code: str, said: str, doing: str, *, operation: str = "", status: int = 0, thing: str = ""
) -> PraktikaError:
    """What to raise for an answer of AWS that says no, to a request or to an entry of one.

    Args:
        code: of the error.
        said: what AWS says about it.
        doing: as for `translated`.
        operation: the name of the request.
        status: of HTTP, 0 for an entry.
        thing: as for `translated`.
    """
    text = f"{doing} ({f'{code}: {said}'.rstrip(': ')})"
    if code in _EXPIRED:
        return Denied(f"{text}: the credentials have expired. Sign in again, or renew them.")
    if code in _UNKNOWN:
        return Denied(
            f"{text}: AWS does not accept these credentials. Check which are used "
            "(aws sts get-caller-identity), and the clock of this machine."
        )
    if code in _FORBIDDEN:
        return Denied(f"{text}: {_advice(operation)}")
    if code == "NoSuchBucket":
        return Absent(
            f"{text}: check the bucket's name and region, or create it: "
            "`praktika orchestrator --create`."
        )
    if code in _NO_QUEUE or code in _ABSENT:
        return Absent(thing or text)
    if code in _FIRST:
        return Conflict(text)
    if code in _PASSING or status >= 500 or status == 429:
        return Unavailable(text)
    return OperatorError(f"{text}{_HINTS.get(code, '')}")


def _advice(operation: str) -> str:
    """What to do about a refusal."""
    known = ACTIONS | DEPLOYING | SCALING
    action = known.get(operation, operation)
    text = f"these credentials may not do that. Grant them {action}."
    if action == "s3:GetObject":
        text += " (Where s3:ListBucket is not granted, S3 also says so of what is not there.)"
    return text
