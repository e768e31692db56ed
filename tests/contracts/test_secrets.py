"""The contract of `Secrets`."""

import pytest
from tests.contracts.conftest import put_secret

from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.secrets import LocalSecrets
from praktika.errors import Absent, Denied, OperatorError

HIDDEN = "hunter2-hunter2"


def test_what_was_put_is_got(vault):
    vault.put("TOKEN", HIDDEN)
    vault.put("equals", "a=b c")
    vault.put("short", "x")
    assert vault.secrets.get("TOKEN") == HIDDEN
    assert vault.secrets.get("equals") == "a=b c"
    assert vault.secrets.get("short") == "x"


def test_a_changed_value_is_seen(vault):
    vault.put("TOKEN", "old-value")
    assert vault.secrets.get("TOKEN") == "old-value"
    vault.put("TOKEN", HIDDEN)
    assert vault.secrets.get("TOKEN") == HIDDEN


def test_a_field_of_an_object_is_got(vault):
    vault.put("app", '{"user": "me", "port": 5, "key": "' + HIDDEN + '"}')
    assert vault.secrets.get("app.user") == "me"
    assert vault.secrets.get("app.port") == "5"
    found = vault.secrets.get_all([("app.key", ""), ("app.user", ""), ("app", "")])
    assert (found["app.key"], found["app.user"]) == (HIDDEN, "me")
    assert found["app"].startswith("{")


def test_many_are_got_at_once(vault):
    names = [f"name-{number}" for number in range(45)]
    for name in names:
        vault.put(name, f"value of {name}")
    found = vault.secrets.get_all([(name, "") for name in names])
    assert found == {name: f"value of {name}" for name in names}
    assert vault.secrets.get_all([]) == {}


def test_all_that_are_absent_are_named(vault):
    vault.put("there", HIDDEN)
    vault.put("object", '{"a": "b"}')
    names = ["there", "nowhere", "object.c", "neither.d"]
    with pytest.raises(Absent, match=r"nowhere, object\.c, neither\.d\. Looked for in") as caught:
        vault.secrets.get_all([(name, "") for name in names])
    assert HIDDEN not in str(caught.value)
    with pytest.raises(Absent, match="nowhere"):
        vault.secrets.get("nowhere")


@pytest.mark.parametrize("value", [HIDDEN, f'["{HIDDEN}"]', f'"{HIDDEN}"'])
def test_a_value_is_never_in_a_text(vault, value):
    vault.put("plain", value)
    with pytest.raises(OperatorError, match="plain is not a JSON object") as caught:
        vault.secrets.get("plain.key")
    assert HIDDEN not in str(caught.value)
    assert HIDDEN not in repr(vault.secrets)


# One store only


def test_a_kind_says_where_to_look(aws):
    put_secret(aws, "parameter", "one", "a parameter")
    put_secret(aws, "secret", "one", "a secret")
    put_secret(aws, "secret", "two", "another secret")
    secrets = AwsSecrets(aws)
    assert secrets.get("one", "aws parameter") == "a parameter"
    assert secrets.get("one", "aws secret") == "a secret"
    assert secrets.get_all([("one", ""), ("two", "")]) == {
        "one": "a parameter",
        "two": "another secret",
    }
    with pytest.raises(Absent, match=r"two\. Looked for in the Parameter Store of eu-central-1\.$"):
        secrets.get("two", "aws parameter")
    with pytest.raises(Absent, match="declared as gh secret"):
        secrets.get("two", "gh secret")


def test_a_dot_may_be_part_of_a_name_on_aws(aws):
    put_secret(aws, "parameter", "/team/app.key", "a parameter")
    put_secret(aws, "secret", "app.conf", "a secret")
    secrets = AwsSecrets(aws)
    assert secrets.get("/team/app.key", "aws parameter") == "a parameter"
    assert secrets.get("app.conf", "aws secret") == "a secret"
    assert secrets.get("app.conf") == "a secret"


def test_a_secret_that_is_no_text_is_refused(aws):
    aws.secrets.create_secret(Name="binary", SecretBinary=b"\xff\xfe")
    with pytest.raises(OperatorError, match="binary is not text"):
        AwsSecrets(aws).get("binary", "aws secret")


def test_the_environment_comes_before_the_file_and_praktikas_variable_before_the_name(tmp_path):
    file = tmp_path / "secrets"
    file.touch(0o600)
    file.write_text("# a comment\n\n a = of the file\nb=of the file\n")
    secrets = LocalSecrets({"PRAKTIKA_SECRET_B": "ours", "b": "theirs", "C": "theirs"}, file)
    assert secrets.get("a") == " of the file"
    assert secrets.get("b") == "ours"
    assert secrets.get("C") == "theirs"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    file = tmp_path / "secrets"
    file.write_text("a=b\n")
    file.chmod(mode)
    with pytest.raises(Denied, match=f"chmod 600 {file}"):
        LocalSecrets({}, file).get("a")


def test_a_file_that_is_none_or_not_as_it_should_be_is_refused_with_its_line(tmp_path):
    file = tmp_path / "secrets"
    with pytest.raises(Absent, match=str(file)):
        LocalSecrets({}, file).get("a")
    file.touch(0o600)
    file.write_text(f"a=b\n{HIDDEN}\n")
    with pytest.raises(OperatorError, match=f"{file}:2") as caught:
        LocalSecrets({}, file).get("a")
    assert HIDDEN not in str(caught.value)
    file.write_bytes(b"\xff=\xff")
    with pytest.raises(OperatorError, match="UTF-8"):
        LocalSecrets({}, file).get("a")
