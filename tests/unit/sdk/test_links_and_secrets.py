import json

import pytest

from praktika.info import Info
from praktika.sdk.job.secret import SecretMissing, SecretValue


@pytest.fixture
def settings(temp, monkeypatch):
    def write(**values):
        (temp / "settings.json").write_text(json.dumps(values))
        monkeypatch.setenv("PRAKTIKA_SETTINGS", str(temp / "settings.json"))

    return write


@pytest.fixture
def in_run(temp, monkeypatch):
    monkeypatch.setenv("PRAKTIKA", "1")
    facts = {"WORKFLOW_NAME": "My flow", "JOB_NAME": "C++ (a/b)", "SHA": "abc", "PR_NUMBER": 7}
    (temp / "environment.json").write_text(json.dumps(facts))


@pytest.mark.usefixtures("in_run")
def test_addresses_of_reports(settings):
    settings(S3_REPORT_BUCKET="bucket", S3_BUCKET_TO_HTTP_ENDPOINT={"bucket": "host.example/r"})
    start = "https://host.example/r/json.html?PR=7&sha="
    assert Info().get_report_url() == f"{start}abc&name_0=My+flow"
    assert Info().get_report_url(latest=True) == f"{start}latest&name_0=My+flow"
    job = "name_0=My+flow&name_1=C%2B%2B+%28a%2Fb%29"
    assert Info().get_job_report_url() == f"{start}abc&{job}"


@pytest.mark.usefixtures("in_run")
def test_addresses_of_other_reports(settings):
    settings(S3_REPORT_BUCKET="bucket/folder")
    start = "https://bucket.s3.amazonaws.com/folder/json.html"
    url = Info().get_specific_report_url(0, "a&b", "def", "j")
    assert url == f"{start}?REF=a%26b&sha=def&name_0=My+flow&name_1=j"
    url = Info.get_specific_report_url_static(3, "", "def", workflow_name="w")
    assert url == f"{start}?PR=3&sha=def&name_0=w"


@pytest.mark.usefixtures("in_run")
def test_no_bucket_no_address():
    assert Info().get_report_url() == Info().get_job_report_url() == ""


def test_a_secret_by_its_own_variable(monkeypatch):
    monkeypatch.setenv("PRAKTIKA_SECRET_MY_DB_KEY", "one")
    monkeypatch.setenv("my-db.key", "two")
    assert Info().get_secret("my-db.key") == "one"
    monkeypatch.delenv("PRAKTIKA_SECRET_MY_DB_KEY")
    assert Info().get_secret("my-db.key").get_value() == "two"


def test_a_secret_that_is_missing_says_what_to_set():
    with pytest.raises(SecretMissing, match="PRAKTIKA_SECRET_MY_DB_KEY"):
        Info().get_secret("my-db.key")


def test_secrets_can_be_joined_and_do_not_show_themselves():
    one, two, three = (SecretValue(name, f"value {name}") for name in "abc")
    assert one.join_with(two).join_with(three).get_value() == ["value a", "value b", "value c"]
    assert "value" not in repr(one) + repr([one.join_with(two)])
