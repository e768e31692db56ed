"""Settings: read explicitly from a root, judged, and looked up lazily (faults 51 and 60)."""

import json
import os

import pytest

from praktika.sdk import settings
from praktika.sdk.settings import DEFAULTS, GONE, Settings, combine, files, load, root_around


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch):
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    settings.forget()
    yield
    settings.forget()


def write(root, name, text):
    file = root / "ci" / "settings" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_without_files_the_defaults_hold(tmp_path):
    values = load(str(tmp_path))
    assert values["MAIN_BRANCH"] == "main"
    assert set(values) == set(DEFAULTS)


def test_files_are_executed_settings_first_overrides_last(tmp_path):
    for name in ("z.py", "a_overrides.py", "settings.py", "b.py", "__init__.py", "notes.txt"):
        write(tmp_path, name, "")
    assert [os.path.basename(path) for path in files(str(tmp_path))] == [
        "settings.py",
        "b.py",
        "z.py",
        "a_overrides.py",
    ]


def test_the_last_file_counts(tmp_path):
    write(tmp_path, "settings.py", "MAIN_BRANCH = 'one'\nPROJECT_SLUG = 'kept'")
    write(tmp_path, "x_overrides.py", "MAIN_BRANCH = 'two'")
    values = load(str(tmp_path))
    assert (values["MAIN_BRANCH"], values["PROJECT_SLUG"]) == ("two", "kept")


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_fault_51_every_setting_can_be_overridden(name):
    assert combine([{name: "mine"}])[name] == "mine"


def test_fault_51_derived_paths_follow_the_folder_unless_set_themselves():
    values = combine([{"TEMP_DIR": "./out", "RUN_LOG": "./elsewhere.log"}])
    assert values["OUTPUT_DIR"] == "./out"
    assert values["ENVIRONMENT_VAR_FILE"] == "./out/environment.json"
    assert values["CACHE_LOCAL_PATH"] == "./out/ci_cache"
    assert values["RUN_LOG"] == "./elsewhere.log"
    assert combine([])["RUN_LOG"] == "./ci/tmp/job.log"


def test_fault_51_and_60_the_working_directory_does_not_matter(tmp_path, monkeypatch):
    write(tmp_path, "settings.py", "MAIN_BRANCH = 'mine'")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load(str(tmp_path))["MAIN_BRANCH"] == "mine"


def test_settings_import_from_the_repository_and_leave_no_trace_on_the_path(tmp_path):
    import sys

    before = list(sys.path)
    write(tmp_path, "settings.py", "from ci.names import BRANCH\nMAIN_BRANCH = BRANCH")
    (tmp_path / "ci" / "names.py").write_text("BRANCH = 'imported'")
    assert load(str(tmp_path))["MAIN_BRANCH"] == "imported"
    assert sys.path == before


def test_an_authors_own_names_are_reached_by_importing_and_executed_once(tmp_path, monkeypatch):
    write(tmp_path, "settings.py", "OWN = object()\n")
    namespace = settings.execute(files(str(tmp_path))[0])
    monkeypatch.syspath_prepend(str(tmp_path))
    from ci.settings.settings import OWN

    assert OWN is namespace["OWN"]


def test_older_names_still_have_an_effect():
    values = combine([{"S3_ARTIFACT_PATH": "bucket", "HTML_S3_PATH": "pages"}])
    assert (values["S3_ARTIFACT_BUCKET"], values["S3_REPORT_BUCKET"]) == ("bucket", "pages")
    assert values["S3_ARTIFACT_PATH"] == "bucket"
    assert (
        combine([{"S3_ARTIFACT_PATH": "a", "S3_ARTIFACT_BUCKET": "b"}])["S3_ARTIFACT_BUCKET"] == "b"
    )


def test_fault_60_the_class_reads_on_first_use(tmp_path, monkeypatch):
    write(tmp_path, "settings.py", "TEMP_DIR = './out'")
    inner = tmp_path / "src" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert Settings.TEMP_DIR == "./out"
    assert Settings.RUN_LOG == "./out/job.log"
    assert "TEMP_DIR" in dir(Settings)


def test_a_running_job_reads_the_file_that_its_runner_wrote(tmp_path, monkeypatch):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"TEMP_DIR": "/job"}))
    monkeypatch.setenv(settings.VARIABLE, str(file))
    assert Settings.TEMP_DIR == "/job"
    assert Settings.MAIN_BRANCH == "main"


@pytest.mark.parametrize("text", [None, "", "{", "[1]"])
def test_an_unreadable_file_falls_back_to_the_repository(tmp_path, monkeypatch, text):
    write(tmp_path, "settings.py", "TEMP_DIR = './out'")
    file = tmp_path / "settings.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv(settings.VARIABLE, str(file))
    monkeypatch.chdir(tmp_path)
    assert Settings.TEMP_DIR == "./out"


def test_an_unknown_setting_is_an_attribute_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AttributeError, match="no setting 'TEMPDIR'"):
        _ = Settings.TEMPDIR


def test_the_root_is_the_nearest_folder_that_looks_like_one(tmp_path):
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert root_around(str(inner)) == str(tmp_path)
    (tmp_path / "a" / "ci" / "workflows").mkdir(parents=True)
    assert root_around(str(inner)) == str(tmp_path / "a")


def judged(repository, text):
    repository.write("ci/workflows/main.py", "WORKFLOWS = []")
    return repository.write("ci/settings/settings.py", text).problems()


def test_fault_51_a_misspelt_setting_is_warned_about_with_its_line(repository):
    (problem,) = judged(repository, "PROJECT_SLUG = 'x'\n\nMIAN_BRANCH = 'master'")
    assert problem == (
        "ci/settings/settings.py:3: warning: unknown-setting: MIAN_BRANCH is no setting. "
        "Did you mean MAIN_BRANCH?"
    )


@pytest.mark.parametrize(
    "name", ["TEMPDIR", "temp_dir", "CACHE_S3_PATHS", "ENABLE_WORKFLOWS", "AWS_REGOIN"]
)
def test_slips_of_the_finger_are_recognised(repository, name):
    (problem,) = judged(repository, f"{name} = 'x'")
    assert "unknown-setting" in problem


@pytest.mark.parametrize(
    "text",
    [
        "S3_BUCKET_NAME = S3_REPORT_BUCKET_NAME = 'x'",
        "PROJECT_NAME = BASE_BRANCH = DOCKER_IMAGE = 'x'",
        "AWS_ZONE = HEARTBEAT_STALL_S = 'x'",
        "MY_OWN_NAME = X = Y = 1",
        "temp_dir = 'x'\nTEMP_DIR = temp_dir",
        "_MAIN_BRANCHES = []",
        "from os.path import join as MAIN_BRANCHS",
    ],
)
def test_other_names_are_the_authors_own(repository, text):
    assert judged(repository, text) == []


def test_older_settings_are_warned_about_with_what_to_write(repository):
    problems = judged(repository, "if True:\n    HTML_S3_PATH: str = 'x'\nPYTHONPATHS = ''")
    assert problems == [
        (
            "ci/settings/settings.py:2: warning: deprecated: HTML_S3_PATH is a setting of earlier "
            "versions. Write S3_REPORT_BUCKET."
        ),
        (
            "ci/settings/settings.py:3: warning: deprecated: PYTHONPATHS is a setting of earlier "
            "versions. Remove it."
        ),
    ]
    assert not set(GONE) & set(DEFAULTS)


def test_a_setting_of_a_wrong_type_is_an_error(repository):
    problems = judged(repository, "TEMP_DIR = 5\nMAX_RETRIES_S3 = '3'\nVALIDATE_FILE_PATHS = 0")
    assert problems == [
        "ci/settings/settings.py:1: wrong-type: TEMP_DIR is a int, not a str.",
        "ci/settings/settings.py:2: wrong-type: MAX_RETRIES_S3 is a str, not a int.",
        "ci/settings/settings.py:3: wrong-type: VALIDATE_FILE_PATHS is a int, not a bool.",
    ]


def test_a_settings_file_that_raises_is_a_problem_and_the_next_is_read(repository):
    repository.write("ci/settings/b.py", "MAIN_BRANCH = 'read'")
    problems = judged(repository, "def f():\n    return 1 / 0\nf()")
    assert problems == [
        "ci/settings/settings.py:2: load-failed: ZeroDivisionError: division by zero"
    ]
    assert repository.load().settings["MAIN_BRANCH"] == "read"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            "BACKEND = 'aws '",
            'BACKEND is not a place that praktika can run in. Use "" for one machine, or "aws".',
        ),
        ("RUNNER_PICKUP_TIMEOUT_S = -1", "seconds from 0 on. 0 means never."),
        ("RUNNER_OVERTIME_S = float('inf')", "seconds from 0 on. 0 means never."),
        ("RUNNER_OVERTIME_S = float('nan')", "seconds from 0 on. 0 means never."),
        ("RETRY_PAUSES_S = [1, -1]", "RETRY_PAUSES_S is not a list of at most 10 numbers"),
        ("RETRY_PAUSES_S = ['1']", "RETRY_PAUSES_S is not a list of at most 10 numbers"),
        ("RETRY_PAUSES_S = [True]", "RETRY_PAUSES_S is not a list of at most 10 numbers"),
        ("RETRY_PAUSES_S = {1, 2}", "RETRY_PAUSES_S is not a list of at most 10 numbers"),
        ("RETRY_PAUSES_S = [0] * 11", "RETRY_PAUSES_S is not a list of at most 10 numbers"),
    ],
)
def test_a_setting_of_a_wrong_value_is_an_error(repository, line, text):
    (problem,) = judged(repository, f"\n{line}")
    assert problem.startswith("ci/settings/settings.py:2: wrong-value: ")
    assert text in problem


@pytest.mark.parametrize(
    "line",
    [
        "BACKEND = 'aws'",
        "BACKEND = ''",
        "BACKEND = 'local'",
        "RUNNER_PICKUP_TIMEOUT_S = 0",
        "RUNNER_OVERTIME_S = 0.5",
        "RETRY_PAUSES_S = []",
        "RETRY_PAUSES_S = (0, 0.5, *[60] * 8)",
    ],
)
def test_settings_that_are_fine(repository, line):
    assert judged(repository, line) == []


def test_a_setting_of_a_wrong_type_is_said_once(repository):
    (problem,) = judged(repository, "RETRY_PAUSES_S = 5")
    assert problem.endswith("wrong-type: RETRY_PAUSES_S is a int, not a list.")
