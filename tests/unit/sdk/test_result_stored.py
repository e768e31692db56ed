import json

import pytest

from praktika.result import Result, result_path
from praktika.sdk import settings


def stored(temp, name):
    return json.loads((temp / f"result_{name}.json").read_text())


def test_dump_and_read_back(temp):
    Result("My job", "OK", info="hello").dump()
    assert stored(temp, "my_job")["info"] == "hello"
    assert Result.exist("My job")
    assert Result.from_fs("My job").info == "hello"


def test_the_result_of_a_required_job_is_found_where_inputs_are(temp, place, monkeypatch):
    monkeypatch.setenv("PRAKTIKA_SETTINGS", str(place / "settings.json"))
    folders = {"TEMP_DIR": str(temp), "INPUT_DIR": str(place / "in")}
    (place / "settings.json").write_text(json.dumps(folders))
    settings.forget()
    (place / "in").mkdir()
    (place / "in/result_build_a.json").write_text('{"name": "Build (a)", "status": "FAIL"}')
    assert Result.from_fs("Build (a)").status == "FAIL"
    Result("Build (a)", "OK").dump()
    assert Result.from_fs("Build (a)").status == "OK"


def test_dump_makes_its_folder(place):
    Result("x", "OK").dump()
    assert (place / "ci/tmp/result_x.json").is_file()


def test_a_file_that_is_not_there_or_is_no_result(temp):
    with pytest.raises(FileNotFoundError, match=r"result_none\.json"):
        Result.from_fs("none")
    (temp / "result_bad.json").write_text("{")
    with pytest.raises(ValueError, match=r"result_bad\.json"):
        Result.from_fs("bad")
    (temp / "result_list.json").write_text("[]")
    with pytest.raises(ValueError, match=r"result_list\.json"):
        Result.from_fs("list")
    assert not Result.exist("none")


def test_names_of_files():
    assert Result.file_name_static("A b") == Result("A b", "OK").file_name()
    assert Result("A b", "OK").file_name() == result_path("A b", "./ci/tmp")


def test_setters_of_a_stored_result_are_stored(temp):
    Result("x", "OK").dump()
    Result.from_fs("x").set_info("later").set_failed()
    assert stored(temp, "x")["info"] == "later"
    assert stored(temp, "x")["status"] == "FAIL"


def test_fault_49_setters_of_other_results_do_not_touch_the_disk(temp):
    Result("x", "OK").dump()
    before = (temp / "result_x.json").stat().st_ino
    Result("x", "OK").set_info("never stored").set_label("a").set_failed()
    assert (temp / "result_x.json").stat().st_ino == before
    Result("y", "OK").set_info("never stored")
    assert not (temp / "result_y.json").exists()


def test_setters_do_not_bring_a_removed_file_back(temp):
    result = Result("x", "OK").dump()
    (temp / "result_x.json").unlink()
    result.set_info("later")
    assert not (temp / "result_x.json").exists()


def test_the_result_of_the_job_and_of_the_workflow(temp, monkeypatch):
    monkeypatch.setenv("JOB_NAME", "My job")
    Result("My job", "RUNNING", 5).dump()
    (temp / "environment.json").write_text('{"WORKFLOW_NAME": "My flow"}')
    Result("My flow", "FAIL").dump()
    assert Result.get().start_time == 5
    assert Result.get_workflow_result().status == "FAIL"


@pytest.mark.parametrize(
    ("status", "code"),
    [("OK", 0), ("SKIPPED", 0), ("XFAIL", 0), ("FAIL", 1), ("ERROR", 1), ("UNKNOWN", 1)],
)
def test_completing_a_job_exits_by_its_status(temp, status, code):
    with pytest.raises(SystemExit) as exit_info:
        Result("job", status).complete_job()
    assert exit_info.value.code == code
    assert stored(temp, "job")["status"] == status


def test_completing_a_job_prints_a_summary(temp, capsys):
    parts = [Result("good", "OK"), Result("bad", "FAIL", info="boom\nbang")]
    with pytest.raises(SystemExit):
        Result("job", "FAIL", results=parts).complete_job()
    assert stored(temp, "job")["info"] == "Failures: 1/2"
    printed = capsys.readouterr().out
    assert "FAIL    job" in printed
    assert "| bang" in printed


def test_a_given_info_is_not_replaced_by_the_summary(temp):
    with pytest.raises(SystemExit):
        Result("job", "FAIL", results=[Result("a", "FAIL")], info="mine").complete_job()
    assert stored(temp, "job")["info"] == "mine"


def test_no_summary_where_none_is_wanted(temp):
    result = Result("job", "FAIL", results=[Result("a", "FAIL")])
    with pytest.raises(SystemExit):
        result.complete_job(with_job_summary_in_info=False)
    assert stored(temp, "job")["info"] == ""


def test_a_result_of_another_name_is_also_the_jobs(temp, monkeypatch):
    monkeypatch.setenv("JOB_NAME", "The job")
    with pytest.raises(SystemExit):
        Result("Build", "FAIL", results=[Result("a", "FAIL")], ext={"k": 1}).complete_job()
    assert stored(temp, "build")["name"] == "Build"
    job = stored(temp, "the_job")
    assert (job["name"], job["status"], job["ext"]) == ("The job", "FAIL", {"k": 1})
    assert [part["name"] for part in job["results"]] == ["a"]


def test_a_job_with_parts_that_never_ended_is_an_error(temp):
    with pytest.raises(SystemExit) as exit_info:
        Result.create_from("job", [Result("a", "OK"), Result("b", "RUNNING")]).complete_job()
    assert exit_info.value.code == 1
    assert stored(temp, "job")["status"] == "ERROR"
    assert "RUNNING" in stored(temp, "job")["ext"]["errors"][0]["message"]


def test_files_are_sorted_and_failure_may_not_block(temp):
    result = Result("job", "FAIL", files=["b", "a"])
    with pytest.raises(SystemExit):
        result.complete_job(do_not_block_pipeline_on_failure=True)
    job = Result.from_fs("job")
    assert job.files == ["a", "b"]
    assert job.do_not_block_pipeline_on_failure()
    with pytest.raises(SystemExit):
        Result("job", "OK", files=["b", "a"]).complete_job(disable_attached_files_sorting=True)
    assert Result.from_fs("job").files == ["b", "a"]


def test_a_result_that_cannot_be_stored_is_told(place, capsys):
    (place / "ci").write_text("not a folder")
    with pytest.raises(SystemExit) as exit_info:
        Result("job", "OK").complete_job()
    assert exit_info.value.code == 1
    assert "could not be stored" in capsys.readouterr().err
