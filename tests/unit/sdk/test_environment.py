import json

import pytest

from praktika._environment import _Environment
from praktika.environment import Environment
from praktika.info import Info


@pytest.fixture
def given(temp, monkeypatch):
    """Writes environment.json as a runner does."""

    def write(**facts):
        monkeypatch.setenv("PRAKTIKA", "1")
        (temp / "environment.json").write_text(json.dumps(facts))

    return write


def stored(temp):
    return json.loads((temp / "environment.json").read_text())


def test_both_names_are_one_class():
    assert _Environment is Environment


def test_facts_of_the_file(given):
    given(SHA="abc", PR_NUMBER=7, BRANCH="b", REPOSITORY="o/r", EVENT_TYPE="push")
    info = Info()
    assert (info.sha, info.git_sha, info.pr_number, info.git_branch) == ("abc", "abc", 7, "b")
    assert (info.repo_name, info.repo_owner) == ("o/r", "o")
    assert info.is_push_event
    assert not info.is_local_run


def test_absent_facts_are_empty(given):
    given()
    info = Info()
    assert (info.sha, info.pr_number, info.pr_labels, info.repo_owner) == ("", 0, [], "")
    assert info.get_kv_data("none") is None
    assert info.get_changed_files() is None


def test_every_property_can_be_read(given):
    given(PR_NUMBER=3, CHANGE_URL="u")
    info = Info()
    names = [name for name in dir(Info) if isinstance(getattr(Info, name), property)]
    assert len(names) > 25
    for name in names:
        getattr(info, name)
    assert info.pr_url == "u"


@pytest.mark.parametrize(
    ("event", "true"),
    [
        ("push", "is_push_event"),
        ("dispatch", "is_dispatch_event"),
        ("workflow_dispatch", "is_dispatch_event"),
        ("merge_queue", "is_merge_queue_event"),
        ("merge_group", "is_merge_queue_event"),
    ],
)
def test_fault_41_events_are_recognised(given, event, true):
    given(EVENT_TYPE=event)
    names = ["is_push_event", "is_dispatch_event", "is_merge_queue_event"]
    assert [name for name in names if getattr(Info(), name)] == [true]


def test_data_for_later_jobs(given, temp):
    given(JOB_KV_DATA={"a": 1}, FUTURE="kept")
    info = Info()
    info.store_kv_data("b", [2])
    assert info.get_kv_data() == {"a": 1, "b": [2]}
    assert Info().get_kv_data("b") == [2]
    assert stored(temp)["FUTURE"] == "kept"


def test_fault_42_two_writers_do_not_undo_each_other(given):
    given()
    one, two = Info(), Info()
    one.store_kv_data("a", 1)
    two.store_kv_data("b", 2)
    assert Info().get_kv_data() == {"a": 1, "b": 2}


def test_data_that_json_cannot_hold_is_refused(given):
    given(JOB_KV_DATA={"a": 1})
    with pytest.raises(TypeError):
        Info().store_kv_data("b", object())
    assert Info().get_kv_data() == {"a": 1}


def test_messages_for_the_report(given, temp):
    given(JOB_NAME="j")
    info = Info()
    info.add_workflow_warning("w")
    info.add_workflow_error("e")
    info.add_workflow_note("n")
    info.add_workflow_report_message("m")
    assert stored(temp)["REPORT_MESSAGES"] == [
        {"message": "w", "kind": "warning", "from": "j"},
        {"message": "e", "kind": "error", "from": "j"},
        {"message": "n", "kind": "note", "from": "j"},
        {"message": "m", "kind": "note", "from": "j"},
    ]


def test_labels_of_the_pull_request(given):
    given(PR_LABELS=["a"])
    info = Info()
    info.add_pr_label("b")
    info.add_pr_label("b")
    info.remove_pr_label("a")
    assert Info().pr_labels == ["b"]


def test_reserved_data(given):
    given(JOB_KV_DATA={"changed_files": ["x"], "commit_authors": ["A"]}, COMMIT_AUTHORS=["B"])
    info = Info()
    assert info.get_changed_files() == ["x"]
    assert info.commit_authors == ["A"]
    info.set_parent_pr_number(5)
    assert info.get_kv_data("parent_pr_number") == 5


def test_a_traceback_is_stored(given, temp):
    given()
    Info().store_traceback()
    try:
        {}["gone"]
    except KeyError:
        Info().store_traceback()
    assert [text.splitlines()[-1] for text in stored(temp)["TRACEBACKS"]] == ["KeyError: 'gone'"]


def test_dump_writes_what_was_changed(given, temp):
    given(SHA="a")
    info = Info()
    info.env.SHA = "b"
    info.dump()
    assert stored(temp)["SHA"] == "b"


def test_the_tag_of_an_image(given, monkeypatch):
    given(WORKFLOW_CONFIG={"digest_dockers": {"a": "1", "b": "2"}})
    monkeypatch.setenv("DOCKER_TAG", '{"a": "9"}')
    assert [Info().docker_tag(image) for image in "abc"] == ["9", "2", None]


def test_inputs_of_the_workflow(temp):
    assert Info.get_workflow_input_value("x") is None
    (temp / "workflow_inputs.json").write_text('{"x": true}')
    assert Info.get_workflow_input_value("x") is True


def test_the_workflows_status(given):
    from praktika.result import Result

    given(WORKFLOW_NAME="wf")
    Result("wf", "FAIL").dump()
    assert not Info().is_workflow_ok()


def test_a_broken_file_is_named(temp):
    (temp / "environment.json").write_text("{")
    with pytest.raises(ValueError, match=r"environment\.json"):
        Info()
    (temp / "environment.json").write_text("[]")
    with pytest.raises(ValueError, match="JSON object"):
        Info()


def test_prefixes():
    assert Environment(PR_NUMBER=3, SHA="abc").get_s3_prefix() == "PRs/3/abc"
    assert Environment(BRANCH="b", SHA="abc").get_s3_prefix(latest=True) == "REFs/b/latest"
    assert Environment(BRANCH="b", SHA="a", PR_NUMBER=-1).get_s3_prefix() == "REFs/b/a"


def test_under_a_runner_the_file_alone_counts(given):
    given(LOCAL_RUN=True, SHA="abc")
    assert Info().sha == "abc"
