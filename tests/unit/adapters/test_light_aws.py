"""Requests to AWS without boto3 are signed as botocore signs them, and errors told as boto3's are."""

import datetime as dt
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scripted_http import ScriptedServer

from praktika.adapters.aws.faults import translated
from praktika.adapters.aws.light import wire as wires
from praktika.adapters.aws.light.clients import LightClients
from praktika.adapters.aws.light.services import EVERY
from praktika.adapters.aws.light.signing import Keys, Letter, signed
from praktika.errors import Absent, Conflict, Denied, OperatorError, Unavailable

AT = 1_800_000_000.0
GROUPS = b"""<A xmlns='http://autoscaling.amazonaws.com/doc/2011-01-01/'>
<DescribeAutoScalingGroupsResult><AutoScalingGroups>
<member><AutoScalingGroupName>a</AutoScalingGroupName><MaxSize>3</MaxSize><Instances/></member>
<member><AutoScalingGroupName>b</AutoScalingGroupName><Instances><member>
<InstanceId>i-1</InstanceId><ProtectedFromScaleIn>true</ProtectedFromScaleIn>
</member></Instances></member>
</AutoScalingGroups></DescribeAutoScalingGroupsResult></A>""".replace(b"\n", b"")
SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
NAMES = st.sampled_from(["X-Amz-Target", "Content-Type", "X-Amz-Meta-A", "If-None-Match", "Range"])


def urls(service):
    path = st.lists(SEGMENT.filter(lambda text: text not in {".", ".."}), max_size=4).map(
        lambda parts: "/" + "/".join(quote(part, safe="~") for part in parts)
    )
    query = st.lists(st.tuples(SEGMENT, SEGMENT), max_size=4).map(
        lambda pairs: "&".join(f"{quote(a, safe='~')}={quote(b, safe='~')}" for a, b in pairs)
    )
    return st.builds(
        lambda path, query: (
            f"https://{service}.eu-west-1.amazonaws.com{path}{query and '?' + query}"
        ),
        path,
        query,
    )


@pytest.mark.parametrize("service", ["s3", "sqs", "execute-api"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_signature_is_botocores(service, data, botocore_time):
    method = data.draw(st.sampled_from(["GET", "PUT", "POST", "DELETE"]))
    url = data.draw(urls(service))
    headers = data.draw(st.dictionaries(NAMES, VALUE, max_size=4))
    body = data.draw(st.binary(max_size=40))
    token = data.draw(st.sampled_from(["", "a-session"]))

    letter = Letter(method=method, url=url, headers=headers, body=body)
    keys = Keys(access="AKID", secret="secret", token=token)
    ours = signed(letter, keys, service=service, region="eu-west-1", at=AT)

    theirs = AWSRequest(method=method, url=url, headers=headers, data=body)
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    if service == "s3":
        theirs.context["client_config"] = None
        theirs.context["payload_signing_enabled"] = True
    kind(Credentials("AKID", "secret", token or None), service, "eu-west-1").add_auth(theirs)
    assert ours["Authorization"] == theirs.headers["Authorization"]


@pytest.fixture(scope="module")
def botocore_time():
    then = dt.datetime.fromtimestamp(AT, dt.UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: then)
        yield


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def aws(server, monkeypatch):
    monkeypatch.setattr(wires, "_PAUSE", 0.0)
    return LightClients(EVERY, "eu-west-1", endpoint=server.url, keys=Keys(access="a", secret="b"))


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}, {}, Absent),
        (400, {"__type": "X"}, {"x_amzn_errortype": "AccessDeniedException:http://x"}, Denied),
        (403, b"<Error><Code>AccessDenied</Code><Message>a &amp; b</Message></Error>", {}, Denied),
        (404, b"", {}, Absent),
        (412, b"", {}, Conflict),
        (400, b"{not json", {}, OperatorError),
    ],
)
def test_what_aws_refuses_is_one_of_our_errors(server, aws, status, body, headers, error):
    server.say(status, body, **headers)
    with pytest.raises(error), translated("cannot do it"):
        aws.sqs.get_queue_url(QueueName="a")
    assert len(server.asked) == 1


def test_what_may_pass_is_tried_again(server, aws):
    for status in (500, 503):
        server.say(status, b"")
    server.say(400, {"__type": "ThrottlingException"})
    server.say(200, {"QueueUrl": "u"})
    assert aws.sqs.get_queue_url(QueueName="a") == {"QueueUrl": "u"}


def test_what_does_not_pass_is_told_in_the_end(server, aws):
    for _ in range(4):
        server.say(503, b"")
    with pytest.raises(Unavailable), translated("cannot do it"):
        aws.sqs.get_queue_url(QueueName="a")
    assert len(server.asked) == 4


def test_a_server_that_is_not_there_is_unavailable(monkeypatch):
    monkeypatch.setattr(wires, "_PAUSE", 0.0)
    aws = LightClients(EVERY, "x", endpoint="http://127.0.0.1:9", keys=Keys(access="a", secret="b"))
    with pytest.raises(Unavailable, match="cannot do it"), translated("cannot do it"):
        aws.sqs.get_queue_url(QueueName="a")


def test_without_credentials_nothing_is_sent(server, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    aws = LightClients(EVERY, "x", endpoint=server.url)
    with pytest.raises(Denied, match="no usable credentials"), translated("cannot do it"):
        aws.sqs.get_queue_url(QueueName="a")
    assert not server.asked


def test_an_operation_that_nobody_needs_is_not_there(aws):
    with pytest.raises(AttributeError):
        aws.sqs.purge_queue(QueueUrl="u")


def test_services_are_found_where_the_environment_says(server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_AUTO_SCALING", server.url)
    server.say(200, GROUPS)
    aws = LightClients(EVERY, "x", keys=Keys(access="a", secret="b"))
    pages = aws.groups.get_paginator("describe_auto_scaling_groups")
    (page,) = pages.paginate(AutoScalingGroupNames=["a", "b"])
    assert page["AutoScalingGroups"] == [
        {"AutoScalingGroupName": "a", "MaxSize": 3, "Instances": []},
        {
            "AutoScalingGroupName": "b",
            "Instances": [{"InstanceId": "i-1", "ProtectedFromScaleIn": True}],
        },
    ]
    assert b"AutoScalingGroupNames.member.2=b" in server.asked[0].body


def test_buckets_of_aws_itself_have_names_of_their_own():
    wire = wires.Wire("eu-west-1")
    service = wires.Service(name="s3", variable="S3")
    assert wire.address(service, "a") == "https://a.s3.eu-west-1.amazonaws.com"
    assert wires.Wire("cn-north-1").address(service) == "https://s3.cn-north-1.amazonaws.com.cn"


def test_secrets_are_in_no_text():
    keys = Keys(access="a", secret="hunter2hunter2", token="hunter2hunter2")
    assert "hunter2" not in f"{keys!r}{wires.Wire('x', keys=keys)!r}"
