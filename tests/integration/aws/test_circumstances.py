"""What is said when something on AWS is not as it should be: what it is, and how to mend it."""

import sys

import boto3
import pytest
from tests.aws_server import REGION, AwsServer, serve
from tests.contracts.conftest import put_secret
from tests.integration.aws.stub import answering, json, xml

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.aws.setup import create_bucket
from praktika.adapters.local.clock import SystemClock
from praktika.errors import Absent, Denied, OperatorError, Unavailable
from praktika.model.events import CancelRequested
from praktika.ports.queue import Message

EVENT = CancelRequested(at=1.0, by="me")


def message(queue: str = "work") -> Message:
    return Message(queue=queue, body=b"1", id="1", receipt="r", deliveries=1)


def blob_calls(blobs: S3Blobs, path):
    return {
        "PutObject": lambda: blobs.put("a", b"1"),
        "create": lambda: blobs.create("a", b"1"),
        "stream": lambda: blobs.stream("a"),
        "GetObject": lambda: blobs.get("a"),
        "HeadObject": lambda: blobs.size("a"),
        "fetch": lambda: blobs.fetch("a", path),
        "ListBucket": lambda: blobs.list(""),
    }


def journal_calls(journal: S3Journal):
    return [
        lambda: journal.append("run", 0, [EVENT]),
        lambda: journal.append("run", 1, [EVENT]),
        lambda: journal.read("run"),
        journal.runs,
    ]


def queue_calls(queue: SqsQueue):
    return {
        "SendMessage": lambda: queue.send("work", [b"1"]),
        "ReceiveMessage": lambda: queue.receive("work"),
        "ChangeMessageVisibility": lambda: queue.extend(message(), 10),
        "release": lambda: queue.release(message()),
        "DeleteMessage": lambda: queue.ack([message()]),
        "GetQueueAttributes": lambda: queue.depth("work"),
    }


def secret_calls(secrets: AwsSecrets):
    return [
        lambda: secrets.get("a", "aws parameter"),
        lambda: secrets.get("a", "aws secret"),
        lambda: secrets.get_all([("a", "aws secret"), ("b", "aws secret")]),
        lambda: secrets.get("a"),
    ]


def all_calls(aws: Clients, path):
    """Everything that asks AWS, service by service."""
    s3 = [
        *blob_calls(S3Blobs(aws, "team-ci"), path).values(),
        *journal_calls(S3Journal(aws, "team-ci", SystemClock())),
        lambda: create_bucket(aws, "team-ci"),
    ]
    others = [
        *queue_calls(SqsQueue(aws, "team")).values(),
        lambda: SqsQueue(aws, "team").create("work"),
        lambda: SqsQueue(aws, "team").remove("work"),
        *secret_calls(AwsSecrets(aws)),
    ]
    return s3, others


def test_a_queue_that_was_never_made_is_named_with_its_region_and_how_to_make_it(aws):
    for call in queue_calls(SqsQueue(aws, "team")).values():
        with pytest.raises(Absent, match=r"no queue team-work in eu-central-1\. `praktika orch"):
            call()


def test_a_queue_that_is_gone_is_absent_although_it_was_known(aws):
    mine, theirs = SqsQueue(aws, "team"), SqsQueue(aws, "team")
    mine.create("work")
    mine.send("work", [b"1"])
    theirs.remove("work")
    with pytest.raises(Absent, match="no queue team-work"):
        mine.send("work", [b"1"])


def test_a_bucket_that_was_never_made_is_named_and_how_to_make_it(aws, tmp_path):
    blobs = blob_calls(S3Blobs(aws, "no-such-bucket-here"), tmp_path / "file")
    journal = journal_calls(S3Journal(aws, "no-such-bucket-here", SystemClock()))
    for name, call in [*blobs.items(), *((str(n), call) for n, call in enumerate(journal))]:
        if name != "HeadObject":  # whose answer has no words
            with pytest.raises(Absent, match=r"no-such-bucket-here.*create it: `praktika"):
                call()


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired"])
def test_expired_credentials_have_a_sentence_of_their_own(tmp_path, code):
    with answering(400, xml(code)) as aws:
        for call in all_calls(aws, tmp_path / "file")[0]:
            with pytest.raises(
                OperatorError, match=r"credentials have expired|credentials expired"
            ):
                call()
    with answering(403, json(f"{code}Exception" if code == "ExpiredToken" else code)) as aws:
        for call in all_calls(aws, tmp_path / "file")[1]:
            with pytest.raises(Denied, match=r"credentials have expired. Sign in again"):
                call()


@pytest.mark.parametrize(
    "code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "AuthFailure"]
)
def test_credentials_that_aws_does_not_know_are_denied(tmp_path, code):
    with answering(403, xml(code)) as aws:
        for name, call in blob_calls(S3Blobs(aws, "team-ci"), tmp_path / "file").items():
            with pytest.raises(Denied, match=None if name == "HeadObject" else "does not accept"):
                call()
    with answering(403, json(code)) as aws:
        for call in all_calls(aws, tmp_path / "file")[1]:
            with pytest.raises(Denied, match="does not accept these credentials"):
                call()


def test_what_is_forbidden_names_the_permission_and_never_looks_absent(tmp_path):
    with answering(403, xml("AccessDenied")) as aws:
        s3 = blob_calls(S3Blobs(aws, "team-ci"), tmp_path / "file")
        for name, call in s3.items():
            with pytest.raises(Denied, match=r"Grant them s3:") as caught:
                call()
            if name in ("PutObject", "GetObject", "ListBucket"):
                assert f"s3:{name}" in str(caught.value)
        for call in journal_calls(S3Journal(aws, "team-ci", SystemClock())):
            with pytest.raises(Denied):
                call()
    with answering(403, json("AccessDeniedException")) as aws:
        for call in all_calls(aws, tmp_path / "file")[1]:
            with pytest.raises(Denied, match=r"Grant them (sqs|ssm|secretsmanager):"):
                call()


def test_policies_are_enforced_by_a_real_signature_check(tmp_path):
    with serve(AUTH="true") as server:
        root = AwsServer(server.endpoint, "test").session("test", "test")
        create_bucket(server.clients(session=root), "team-ci")
        iam = root.client("iam", endpoint_url=server.endpoint)
        iam.create_user(UserName="ci")
        key = iam.create_access_key(UserName="ci")["AccessKey"]
        allowed = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": '
            '["s3:PutObject"], "Resource": "arn:aws:s3:::team-ci/*"}]}'
        )
        iam.put_user_policy(UserName="ci", PolicyName="p", PolicyDocument=allowed)
        session = server.session(key["AccessKeyId"], key["SecretAccessKey"])
        blobs = S3Blobs(server.clients(session=session), "team-ci")
        blobs.put("a", b"1")
        for call in (blobs.get, blobs.size, lambda key: blobs.list("")):
            with pytest.raises(Denied):
                call("a")
        with pytest.raises(Denied, match="Grant them sqs:CreateQueue"):
            SqsQueue(server.clients(session=session), "team").create("work")
        wrong = server.session(key["AccessKeyId"], "wrong")
        with pytest.raises(Denied, match="does not accept these credentials"):
            S3Blobs(server.clients(session=wrong), "team-ci").put("a", b"1")


def test_another_region_is_said_to_be_so():
    with answering(400, xml("AuthorizationHeaderMalformed")) as aws:
        blobs = S3Blobs(aws, "team-ci")
        for call in (lambda: blobs.put("a", b"1"), lambda: blobs.get("a"), lambda: blobs.list("")):
            with pytest.raises(OperatorError, match=r"in another region. Set AWS_REGION"):
                call()


@pytest.mark.parametrize(
    ("status", "code"), [(503, "SlowDown"), (500, "InternalError"), (429, "x")]
)
def test_what_may_pass_is_unavailable(tmp_path, status, code):
    for body, part in ((xml(code), 0), (json(code), 1)):
        with answering(status, body) as aws:
            for call in all_calls(aws, tmp_path / "file")[part]:
                with pytest.raises(Unavailable):
                    call()


def test_an_endpoint_that_is_down_is_unavailable_and_named(tmp_path):
    aws = AwsServer("http://127.0.0.1:1").clients(attempts=1)
    for part in all_calls(aws, tmp_path / "file"):
        for call in part:
            with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1.*region and the endpoint right"):
                call()


def test_an_endpoint_that_is_none_is_refused():
    with pytest.raises(OperatorError, match="begins with http"):
        S3Blobs(Clients(REGION, endpoint="localhost:4566"), "team-ci").list("")


@pytest.fixture
def nothing_set(monkeypatch, tmp_path):
    """No settings of AWS anywhere."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def test_without_credentials_it_says_how_to_give_some(nothing_set, shared_aws_server, tmp_path):
    aws = Clients(REGION, endpoint=shared_aws_server.endpoint)
    for part in all_calls(aws, tmp_path / "file"):
        for call in part:
            with pytest.raises(Denied, match="Set AWS_PROFILE or AWS_ACCESS_KEY_ID"):
                call()


def test_without_a_region_it_says_how_to_give_one(nothing_set):
    with pytest.raises(OperatorError, match="Set AWS_REGION"):
        S3Blobs(Clients(), "team-ci").list("")


def test_a_region_comes_from_the_setting_then_from_either_variable(nothing_set, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert Clients().region == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert Clients().region == "eu-central-1"
    assert Clients("eu-north-1").region == "eu-north-1"


def test_a_profile_that_is_not_there_is_named(nothing_set, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(OperatorError, match="nobody"):
        S3Blobs(Clients(REGION), "team-ci").list("")


def test_without_boto3_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(OperatorError, match=r"pip install 'praktika\[aws\]'"):
        S3Blobs(Clients(REGION), "team-ci").list("")


def test_a_bucket_is_made_once_and_closed_to_the_public(aws, aws_server):
    for _ in range(2):
        create_bucket(aws, aws_server.bucket)
    block = aws.s3.get_public_access_block(Bucket=aws_server.bucket)
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}
    place = aws.s3.get_bucket_location(Bucket=aws_server.bucket)
    assert place["LocationConstraint"] == REGION
    with pytest.raises(Denied, match="somebody else has one of that name"):
        create_bucket(aws_server.anew().clients(), aws_server.bucket)


def test_a_batch_of_which_some_failed_is_never_taken_for_sent(aws):
    queue = SqsQueue(aws, "team")
    queue.create("work")
    failed = (
        b'{"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": false,'
        b' "Message": "on purpose"}]}'
    )
    with answering(200, failed) as bad:
        broken = SqsQueue(bad, "team")
        broken._urls = queue._urls
        with pytest.raises(Unavailable, match=r"1 of a batch failed .InternalError: on purpose"):
            broken.send("work", [b"1"])
        with pytest.raises(Unavailable, match="cannot remove a message from queue team-work"):
            broken.ack([message()])


def test_fault_58_an_answer_that_ends_too_early_is_never_taken_for_whole(tmp_path):
    target = tmp_path / "target"
    with answering(200, b"half", cut=4) as aws:
        blobs = S3Blobs(aws, "team-ci")
        for call in (lambda: blobs.get("a"), lambda: blobs.fetch("a", target)):
            with pytest.raises(Unavailable, match="cannot read s3://team-ci/blobs/a"):
                call()
    assert list(tmp_path.iterdir()) == []


def test_what_one_store_of_secrets_denies_may_be_in_the_other(aws, monkeypatch):
    put_secret(aws, "secret", "there", "value")
    secrets = AwsSecrets(aws)

    def deny(names: list[str]) -> dict[str, str]:
        raise Denied("no parameters for you")

    monkeypatch.setattr(secrets, "_parameters", deny)
    assert secrets.get("there") == "value"
    with pytest.raises(Denied, match="no parameters for you"):
        secrets.get("nowhere")
    with pytest.raises(Denied, match="no parameters for you"):
        secrets.get("there", "aws parameter")


def test_no_credential_is_in_a_repr():
    session = boto3.Session(aws_access_key_id="AKIA", aws_secret_access_key="hidden-key")
    aws = Clients(REGION, session=session)
    assert "hidden-key" not in repr(aws) + repr(SqsQueue(aws, "x")) + repr(AwsSecrets(aws))
