"""An attempt, from its task to its stored Result, with real processes and stores in memory."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

import praktika
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.queue import MemoryQueue
from praktika.adapters.memory.secrets import MemorySecrets
from praktika.model.facts import Facts
from praktika.model.plan import Artifact, Job, Plan
from praktika.model.result import Result, Status
from praktika.model.task import RunFile, Task
from praktika.model.wire import decode, encode
from praktika.ports.queue import MAX_BODY
from praktika.runner.attempt import Assignment, Bench, execute
from praktika.runner.hold import Hold, LeaseLost
from praktika.runner.process import Limits, never

PYTHON = shlex.quote(sys.executable)
SECRETS = {"token": "s3cr3t-value"}


def held(clock) -> Hold:
    """The lease of a task that lasts as long as the test."""
    queue = MemoryQueue(clock)
    queue.send("tasks", [b""])
    (message,) = queue.receive("tasks", lease=3600)
    return Hold(queue, clock, message, lease=3600, since=clock.monotonic())


class LostDuringHooks:
    """A lease that is still held when the command ends, and not any more when the hooks have."""

    is_lost = False

    def confirm(self) -> None:
        if self.is_lost:
            raise LeaseLost
        self.is_lost = True


class Runner:
    """Runs jobs of one plan after another, as a runner would."""

    def __init__(self, tmp_path: Path) -> None:
        self.blobs = MemoryBlobs()
        self.source = tmp_path / "source"
        self.source.mkdir()
        library = tmp_path / "lib"
        library.mkdir()
        (library / "praktika").symlink_to(Path(praktika.__file__).parent)
        self.bench = Bench(
            blobs=self.blobs,
            clock=SystemClock(),
            secrets=MemorySecrets(SECRETS),
            work=tmp_path / "work",
            sources=tmp_path / "sources",
            library=library,
            name="runner-1",
            owner="test",
            inherited={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            limits=Limits(grace=0.5),
        )
        self.artifacts: tuple[Artifact, ...] = ()
        self.secrets: tuple[tuple[str, str], ...] = ()
        self.hold = held(self.bench.clock)
        self.facts = Facts(sha="abc")
        self.settings: dict[str, object] = {}

    def run(self, command: str, *, key="job", name="A job: ü/1", stop=never, **fields) -> Result:
        job = Job(key=key, name=name, command=command, **fields)
        plan = Plan(
            workflow="W",
            event="push",
            jobs=(job,),
            artifacts=self.artifacts,
            secrets=self.secrets,
            settings=self.settings,
        )
        run_file = RunFile(run="r", plan="", facts=self.facts, folder=str(self.source), name="repo")
        task = Task(run="r", job=key, attempt=1)
        assignment = Assignment(task=task, plan=plan, job=job, run_file=run_file)
        self.event = execute(self.bench, assignment, self.hold, stop)
        self.log = self.blobs.get(f"runs/r/jobs/{key}/1/job.log")
        result = decode(self.blobs.get(f"runs/r/jobs/{key}/1/result.json"), Result)
        assert result.status is self.event.status
        assert list(self.bench.work.glob("*/*")) == []
        return result

    def script(self, text: str) -> str:
        (self.source / "script.py").write_text(text)
        return f"{PYTHON} script.py"


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def test_an_exit_code_is_the_outcome(runner):
    result = runner.run("echo hello; exit 0")
    assert (result.status, runner.log) == (Status.OK, b"hello\n")
    assert result.name == "A job: ü/1"
    assert result.duration > 0
    assert result.ext["log"] == "jobs/job/1/job.log"


def test_declared_secrets_are_there_and_are_kept_nowhere(runner):
    runner.secrets = (("token", "aws parameter"), ("absent", "aws secret"))
    command = runner.script(
        "from praktika.sdk.job.secret import find_secret\n"
        "assert find_secret('token').get_value() == 's3cr3t' + '-value'\n"
    )
    assert runner.run(command).status is Status.OK, runner.log
    for key in runner.blobs.list("runs"):
        assert b"s3cr3t-value" not in runner.blobs.get(key), key


def test_a_secret_that_is_absent_fails_who_asks_for_it(runner):
    runner.secrets = (("absent", "aws secret"),)
    command = runner.script(
        "from praktika.sdk.job.secret import find_secret\nfind_secret('absent')"
    )
    assert runner.run(command).status is Status.FAIL
    assert b"PRAKTIKA_SECRET_ABSENT" in runner.log


def test_the_folder_is_called_as_the_checkout(runner):
    runner.run("basename $PWD")
    assert runner.log == b"repo\n"


def test_a_result_that_the_job_writes(runner):
    command = runner.script(
        "from praktika.result import Result\n"
        "parts = [Result(name='a', status='OK'), Result(name='b', status='FAIL', info='why')]\n"
        "Result.create_from(results=parts, info='half').complete_job()\n"
    )
    result = runner.run(command)
    assert result.status is Status.FAIL
    assert [(part.name, part.status) for part in result.results] == [("a", "OK"), ("b", "FAIL")]
    assert "half" in result.info


def test_the_name_of_the_result_file_is_agreed_for_every_name(runner):
    command = runner.script(
        "from praktika.result import Result\nResult.create_from(status='FAIL').complete_job()\n"
    )
    for name in ["x" * 300, "🎉 / \"quotes\" 'n' [slash]", "C++ 50% v1.2", "日本語" * 60]:
        assert runner.run(command, name=name).status is Status.FAIL, name


def test_a_hundred_thousand_results(runner):
    command = runner.script(
        "from praktika.result import Result\n"
        "parts = [Result(name=f'test {n}', status='OK', duration=0.1) for n in range(100_000)]\n"
        "Result.create_from(results=parts).complete_job()\n"
    )
    result = runner.run(command)
    assert (result.status, len(result.results)) == (Status.OK, 100_000)


def test_fault_36_a_job_that_is_killed_has_a_reason(runner):
    result = runner.run("kill -9 $$")
    assert result.status is Status.ERROR
    assert "SIGKILL" in result.info


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}', "\\xff\\xfe"])
def test_an_invalid_result_is_an_error_that_says_so(runner, text):
    command = runner.script(
        "import glob\n"
        "path, = glob.glob('ci/tmp/result_*.json')\n"
        f"open(path, 'wb').write(b'{text}')\n"
    )
    result = runner.run(command)
    assert result.status is Status.ERROR
    assert "Result cannot be read" in result.info


def test_a_result_file_that_is_removed_counts_as_none(runner):
    assert runner.run("rm ci/tmp/result_*.json").status is Status.OK


def test_a_command_that_does_not_exist(runner):
    result = runner.run("no-such-command --now")
    assert result.status is Status.FAIL
    assert "command not found" in result.info


def test_a_timeout(runner):
    result = runner.run("echo before; sleep 60", timeout=0.3)
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "timeout")
    assert "before" in result.info


def test_a_cancel(runner):
    result = runner.run("sleep 60", stop=lambda: "cancelled by ann")
    assert (result.status, result.ext["reason"]) == (Status.DROPPED, "cancelled by ann")


def test_output_that_is_not_utf8(runner):
    result = runner.run(r"printf 'bad \xff\xfe bytes'; exit 1")
    assert runner.log == b"bad \xff\xfe bytes"
    assert "bad �� bytes" in result.info


def test_hooks_are_in_ext_and_their_failure_is_a_warning_only(runner):
    result = runner.run(
        "cat from-pre", pre_hooks=("echo ready > from-pre",), post_hooks=("false", "echo still")
    )
    assert result.status is Status.OK
    assert [hook["status"] for hook in result.ext["hooks"]["post"]] == ["FAIL", "OK"]
    assert [note["message"] for note in result.ext["warnings"]] == ["post-hook failed: false"]
    assert result.results == ()


def test_a_post_hook_can_read_the_job_s_result(runner):
    command = "cat ci/tmp/result_*.json > seen; cp seen ci/tmp/x"
    result = runner.run("exit 1", post_hooks=(command, "grep -q FAIL seen"))
    assert [hook["status"] for hook in result.ext["hooks"]["post"]] == ["OK", "OK"]


def test_artifacts_pass_from_job_to_job(runner):
    runner.artifacts = (Artifact(name="bin", kind="s3", paths=("ci/tmp/out",), provider="build"),)
    built = runner.run("mkdir ci/tmp/out; echo 1 > ci/tmp/out/x", key="build", provides=("bin",))
    assert runner.event.provided == ("bin",)
    assert built.ext["artifacts"][0]["sha256"]
    runner.run("cat ci/tmp/out/x", key="use", requires=("bin",))
    assert runner.log == b"1\n"


def test_an_artifact_that_is_not_left_fails_the_job(runner):
    runner.artifacts = (Artifact(name="bin", kind="s3", paths=("out",), provider="build"),)
    result = runner.run("true", key="build", provides=("bin",))
    assert (result.status, runner.event.provided) == (Status.FAIL, ())
    assert "nothing matches 'out'" in result.info


def test_fault_31_a_forced_job_provides_only_what_it_left(runner):
    runner.artifacts = tuple(
        Artifact(name=name, kind="s3", paths=(name,), provider="build") for name in ("x", "y")
    )
    fields = {"key": "build", "provides": ("x", "y"), "force_success": True}
    for command, is_forced in (("touch x; exit 1", True), ("touch x", True), ("touch x y", False)):
        result = runner.run(command, **fields)
        assert (result.status, runner.event.is_forced) == (Status.OK, is_forced)
        left = ("x",) if is_forced else ("x", "y")
        assert runner.event.provided == tuple(one.name for one in runner.event.stored) == left
        assert all(one.sha256 and one.size for one in runner.event.stored)


def test_fault_32_a_missing_input_is_an_error_before_the_start(runner):
    runner.artifacts = (Artifact(name="bin", kind="s3", paths=("out",), provider="build"),)
    result = runner.run("touch started", key="use", requires=("bin",))
    assert (result.status, runner.log) == (Status.ERROR, b"")


def test_test_reports_become_results(runner):
    xml = (
        '<testsuite name="s"><testcase classname="c" name="good" time="0.5"/>'
        '<testcase classname="c" name="bad"><failure message="no">trace</failure></testcase>'
        "</testsuite>"
    )
    (runner.source / "report.xml").write_text(xml)
    result = runner.run("true", test_reports=("*.xml",))
    assert [part.status for part in result.results] == [Status.OK, Status.FAIL]
    assert result.status is Status.FAIL


def test_a_named_report_that_is_missing(runner):
    result = runner.run("true", test_reports=("out/*.xml",))
    assert result.status is Status.FAIL
    assert "'out/*.xml' was not written" in result.info


@pytest.mark.parametrize("said", ["info='ü' * 300_000", "info='bad'", "results=[many]"])
def test_security_22_a_long_reason_is_no_long_event(runner, said):
    """The event is one message: over its limit, it took the runner with it."""
    command = runner.script(
        "from praktika.result import Result\n"
        "many = Result(name='n' * 300_000, status='FAIL')\n"
        f"result = Result.create_from(status='FAIL', {said})\n"
        "result.ext['verdict'] = 'v' * 300_000\n"
        "result.ext['reason'] = '\\0' * 300_000 if result.info == 'bad' else ''\n"
        "result.complete_job()\n"
    )
    assert runner.run(command).status is Status.FAIL
    assert len(encode(runner.event)) < 16_000 < MAX_BODY
    assert b"Traceback" not in runner.log
    assert runner.event.reason


def test_attached_files_are_stored_under_safe_names(runner):
    command = runner.script(
        "from praktika.result import Result\n"
        "open('ünsafe name.txt', 'w').write('x')\n"
        "Result.create_from(status='OK', files=['ünsafe name.txt']).complete_job()\n"
    )
    result = runner.run(command)
    (path,) = result.files
    assert runner.blobs.get(f"runs/r/{path}") == b"x"


def test_key_value_data_and_messages_reach_the_control_plane(runner):
    command = runner.script(
        "from praktika.info import Info\n"
        "Info().store_kv_data('version', [1, 2])\n"
        "Info().add_workflow_warning('mind the gap')\n"
    )
    result = runner.run(command, key="first")
    assert [note["message"] for note in result.ext["warnings"]] == ["mind the gap"]
    reader = runner.script(
        "from praktika.info import Info\nassert Info().get_kv_data('version') == [1, 2]\n"
    )
    assert runner.run(reader, key="second").status is Status.OK, runner.log


def test_attack_6_text_of_the_event_is_data(runner):
    name = "$(touch owned); `touch owned` '; touch owned #"
    runner.run('test "$JOB_NAME" = "$(cat)" || true; ls', name=name)
    assert b"owned" not in runner.log


def test_the_environment_file_has_the_agreed_keys(runner):
    runner.run("cat ci/tmp/environment.json")
    document = json.loads(runner.log)
    assert (document["SHA"], document["WORKFLOW_NAME"], document["LOCAL_RUN"]) == ("abc", "W", True)


def test_an_allowed_failure_says_so(runner):
    assert runner.run("false", allow_failure=True).ext["allow_failure"] is True


def test_do_not_block_the_pipeline(runner):
    command = runner.script(
        "from praktika.result import Result\n"
        "Result.create_from(status='FAIL').complete_job(do_not_block_pipeline_on_failure=True)\n"
    )
    runner.run(command)
    assert (runner.event.status, runner.event.blocks) == (Status.FAIL, False)


def test_a_source_that_cannot_be_read_is_an_error_of_the_surroundings(runner):
    runner.source.rmdir()
    result = runner.run("true")
    assert (result.status, result.ext["verdict"]) == (Status.ERROR, "infrastructure")


def test_an_attempt_that_was_lost_during_its_hooks_stores_no_result(runner):
    runner.hold = LostDuringHooks()
    with pytest.raises(LeaseLost):
        runner.run("true", post_hooks=("true",))
    assert "runs/r/jobs/job/1/result.json" not in runner.blobs.list("runs/r")


def test_the_hook_for_errors_runs_when_the_job_ends_with_one(runner):
    command = runner.script(
        "from praktika.result import Result\n"
        "result = Result.create_from(status='OK').set_on_error_hook('echo saved > evidence')\n"
        "result.dump()\n"
        "raise SystemExit(3)\n"
    )
    result = runner.run(command, post_hooks=("cat evidence",))
    assert result.status is Status.ERROR
    assert [hook["name"] for hook in result.ext["hooks"]["post"]] == [
        "echo saved > evidence",
        "cat evidence",
    ]
    assert runner.log.endswith(b"saved\n")


def test_a_job_that_always_runs_knows_how_the_run_went(runner):
    runner.run("exit 3", key="first", name="First")
    command = runner.script("from praktika.info import Info\nprint(Info().is_workflow_ok())\n")
    runner.run(command, key="last", name="Last", always_run=True)
    assert runner.log == b"True\n"  # the plan of this run has one job only


def with_path(runner, what: str) -> str:
    """A command that does something to the job's Result file, named by $F."""
    return f"F=$(ls ci/tmp/result_*); {what}"


@pytest.mark.parametrize(
    "what",
    [
        "rm $F; mkfifo $F",
        "rm $F; ln -s /dev/zero $F",
        "rm $F; mkdir $F",
        "rm $F; ln -s /etc/passwd $F",
    ],
)
def test_what_stands_for_the_result_and_is_no_file_is_refused_at_once(runner, what):
    result = runner.run(with_path(runner, what))
    assert result.status is Status.ERROR
    assert "Result cannot be read" in result.info


def test_nothing_is_written_through_a_link(runner, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    runner.run(with_path(runner, f"ln -sf {precious} $F; exit 1"))
    assert precious.read_text() == "precious"


@pytest.mark.parametrize("name", ["environment.json", "settings.json"])
@pytest.mark.parametrize("what", ["mkfifo", "mkdir", "ln -s /dev/zero"])
def test_what_stands_for_our_files_does_not_matter(runner, name, what):
    assert runner.run(f"rm ci/tmp/{name}; {what} ci/tmp/{name}").status is Status.OK


@pytest.mark.parametrize(
    "what", ["rm -rf ci/tmp", "git init -q . && git clean -xfdq", "rm -rf $PWD"]
)
def test_a_job_that_cleans_up_keeps_its_outcome(runner, what):
    assert runner.run(what).status is Status.OK
    assert runner.run(f"{what}; exit 4").ext["exit_code"] == 4


@pytest.mark.parametrize(
    "change",
    [
        "d['JOB_KV_DATA'] = {'x': '\\ud800'}",
        "d['REPORT_MESSAGES'] = [{'kind': 'warning', 'message': '\\ud800'}]",
        "d['JOB_KV_DATA'] = {'x': 1}; d['JOB_KV_DATA_BASE_KEYS'] = [[1]]",
        "d['JOB_KV_DATA'] = {'x': 'y' * 2_000_000}",
        "d['REPORT_MESSAGES'] = 5",
    ],
)
def test_odd_data_for_the_control_plane_does_no_harm(runner, change):
    command = runner.script(
        f"import json\nd = json.load(open('ci/tmp/environment.json'))\n{change}\n"
        "json.dump(d, open('ci/tmp/environment.json', 'w'))\n"
    )
    assert runner.run(command).status is Status.OK


def test_warnings_of_an_odd_type_do_no_harm(runner):
    command = runner.script(
        "import glob, json\n"
        "from praktika.info import Info\n"
        "Info().add_workflow_warning('mind')\n"
        "path, = glob.glob('ci/tmp/result_*')\n"
        "json.dump({'name': 'x', 'status': 'OK', 'ext': {'warnings': 5}}, open(path, 'w'))\n"
    )
    assert [note["message"] for note in runner.run(command).ext["warnings"]] == ["mind"]


def test_a_failed_test_report_contradicts_a_good_result(runner):
    xml = '<testsuite name="s"><testcase name="bad"><failure message="no"/></testcase></testsuite>'
    (runner.source / "report.xml").write_text(xml)
    command = runner.script(
        "from praktika.result import Result\nResult.create_from(status='OK').complete_job()\n"
    )
    result = runner.run(command, test_reports=("report.xml",))
    assert result.status is Status.FAIL
    assert result.ext["reason"].startswith("1 of 1 failed")


def test_a_link_out_of_the_workspace_is_no_artifact(runner):
    runner.artifacts = (Artifact(name="venv", kind="s3", paths=("venv",), provider="build"),)
    result = runner.run("mkdir venv; ln -s /usr/bin venv/bin", key="build", provides=("venv",))
    assert result.status is Status.FAIL
    assert "'venv/bin' is a link to '/usr/bin'" in result.info
    result = runner.run("ln -s /etc venv", key="build", provides=("venv",))
    assert result.status is Status.FAIL


def test_files_named_like_ours_arrive_unchanged(runner):
    runner.artifacts = (Artifact(name="a", kind="s3", paths=("out",), provider="build"),)
    runner.run("mkdir out; echo mine > out/settings.json", key="build", provides=("a",))
    runner.run("cat out/settings.json", key="use", requires=("a",))
    assert runner.log == b"mine\n"


def test_entries_are_packed_once_and_links_into_folders_are_not_followed(runner):
    runner.artifacts = (Artifact(name="a", kind="s3", paths=("d/**",), provider="build"),)
    command = "mkdir -p d/e/f; echo 1 > d/e/f/x; ln -s .. d/e/up; ln -s .. d/e/f/up"
    result = runner.run(command, key="build", provides=("a",))
    assert result.ext["artifacts"][0]["files"] == 3


@pytest.mark.parametrize("where", ["pre_hooks", "post_hooks"])
def test_fault_25_a_cancel_reaches_hooks(runner, where, monkeypatch):
    from praktika.runner import hooks

    monkeypatch.setattr(hooks, "CANCELLED_TIMEOUT", 0.3)
    calls = iter(range(10_000))
    result = runner.run(
        "true", stop=lambda: "cancelled" if next(calls) > 3 else "", **{where: ("sleep 60",)}
    )
    assert result.duration < 10


def test_nothing_stays_beside_the_workspace(runner, tmp_path):
    """Credentials are there while images are built; a build may be killed."""
    result = runner.run("mkdir ../settings; echo x > ../settings/config.json")
    assert result.status is Status.OK
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


def test_a_temporary_folder_outside_of_the_workspace_is_refused(runner, tmp_path):
    (runner.source / "ci").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (runner.source / "ci/tmp").symlink_to(tmp_path / "elsewhere")
    result = runner.run("true")
    assert result.status is Status.ERROR
    assert "TEMP_DIR" in result.info
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("what", ["link", "file", "loop"])
def test_a_temp_dir_that_the_repository_has_otherwise_is_the_authors(runner, what):
    """It was taken for trouble of the machine, and tried again on others."""
    folder = runner.source / "ci"
    folder.mkdir(exist_ok=True)
    match what:
        case "link":
            (folder / "tmp").symlink_to("/tmp")
        case "file":
            (folder / "tmp").write_text("")
        case "loop":
            (folder / "tmp").symlink_to("tmp")
    result = runner.run("true")
    assert result.status is Status.ERROR
    assert "TEMP_DIR ('./ci/tmp')" in result.info
    assert result.ext["verdict"] == "author"
