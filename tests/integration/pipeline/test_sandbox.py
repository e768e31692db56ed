"""Whatever a declaration does, the answer is a Compilation with a clear problem (fault 23)."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from praktika.adapters.local.sandbox import LocalSandbox
from praktika.errors import OperatorError


def only(compilation):
    assert compilation.plans == ()
    (problem,) = compilation.problems
    return str(problem)


def test_a_sound_declaration_gives_its_plans(compiled):
    compilation = compiled("WORKFLOWS = []")
    assert compilation.problems == ()
    assert [plan.workflow for plan in compilation.plans] == ["good"]
    assert compilation.plans[0].where == "ci/workflows/good.py:3"


CASES = {
    "exit": ("import os; os._exit(0)", "ended Python with exit code 0"),
    "exit code": ("import os; os._exit(71)", "closed a file descriptor of praktika's"),
    "killed": ("import os; os.kill(os.getpid(), 9)", "ended Python by SIGKILL"),
    "crash": ("import ctypes; ctypes.string_at(0)", "ended Python by SIGSEGV"),
    "closed": ("import os; os.closerange(0, 1000); WORKFLOWS = []", "closed a file descriptor"),
    "forged": (
        (
            "import os\nfor fd in range(3, 50):\n"
            "  try: os.pwrite(fd, b'{\"plans\": 5}' + b' ' * 99, 0)\n  except OSError: pass\nos._exit(0)"
        ),
        "gave no readable plan",
    ),
    "garbage": (
        (
            "import os\nfor fd in range(3, 50):\n"
            "  try: os.ftruncate(fd, 0); os.pwrite(fd, b'garbage', 0)\n  except OSError: pass\nos._exit(0)"
        ),
        "ended Python with exit code 0",
    ),
    "exec": ("import os; os.execv('/bin/true', ['true'])", "ended Python with exit code 0"),
    "memory": ("x = bytearray(10**12)", "took more memory than a declaration may have"),
}


@pytest.mark.parametrize("case", CASES)
def test_fault_23_a_process_that_vanishes_is_one_problem(compiled, case):
    text, expected = CASES[case]
    problem = only(compiled(text, timeout=20.0))
    assert expected in problem
    assert problem.startswith(("ci/workflows/main.py", "ci: "))
    assert "Traceback" not in problem


def test_the_file_that_was_being_loaded_is_named(compiled, write):
    write("ci/settings/settings.py", "import os; os._exit(1)")
    assert only(compiled("WORKFLOWS = []")).startswith("ci/settings/settings.py: load-ended")


def test_what_a_vanished_process_printed_last_is_told(compiled):
    problem = only(
        compiled("import os\nprint('first')\nprint('\\x1b[31mlast words', flush=True)\nos._exit(1)")
    )
    assert problem.endswith("It printed last: first | [31mlast words")


def test_output_is_not_told_when_nothing_is_wrong(compiled):
    compilation = compiled("import sys\nprint('{}')\nprint('x', file=sys.stderr)\nWORKFLOWS = []")
    assert compilation.problems == ()


@pytest.mark.parametrize(
    "text", ["while True: pass", "import time; time.sleep(1000)", "input()\nwhile True: pass"]
)
def test_an_endless_declaration_is_stopped(compiled, text):
    started = time.monotonic()
    problem = only(compiled("import builtins\nbuiltins.input = lambda: 0\n" + text, timeout=1.0))
    assert "load-timeout: Loading it took longer than 1 seconds." in problem
    assert time.monotonic() - started < 5


def test_nothing_can_be_read_from_standard_input(compiled):
    assert "EOFError" in only(compiled("input()"))


def test_a_gigabyte_of_output_is_cut_off(compiled):
    problem = only(compiled("for _ in range(1024): print('x' * 2**20)", timeout=60.0))
    assert "ci/workflows/main.py:1: load-failed: OSError: [Errno 27] File too large" in problem


def test_a_plan_of_hundreds_of_megabytes_is_refused(compiled):
    text = """
        from praktika import Job, Workflow
        jobs = [Job(name=str(i), command="x" * 100_000) for i in range(2000)]
        WORKFLOWS = [Workflow(name="big", event="push", jobs=jobs)]
    """
    assert "load-output: The declaration comes to more than 64 MiB." in only(compiled(text))


def test_a_deleted_working_directory_changes_nothing(compiled):
    compilation = compiled(
        "import os, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)\nos.rmdir(d)\nWORKFLOWS = []"
    )
    assert [plan.workflow for plan in compilation.plans] == ["good"]


def test_a_fork_answers_once(compiled):
    compilation = compiled("import os\nos.fork()\nWORKFLOWS = []")
    assert [plan.workflow for plan in compilation.plans] == ["good"]


def marked(mark):
    """Processes with our own mark: other sandboxes of this machine are none of our business."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("LC_MARK") == mark
            if is_ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize(
    "start",
    [
        "subprocess.Popen(['sleep', '1000'])",
        "subprocess.Popen(['sleep', '1000'], start_new_session=True)",
        "subprocess.Popen(['sh', '-c', 'setsid sleep 1000 & setsid sleep 1000 &'])",
        "threading.Thread(target=time.sleep, args=(1000,)).start()",
        "multiprocessing.get_context('fork').Process(target=time.sleep, args=(1000,)).start()",
    ],
)
@pytest.mark.parametrize("end", ["WORKFLOWS = []", "os._exit(1)", "while True: pass"])
def test_nothing_that_it_started_stays(compiled, start, end, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_MARK", str(tmp_path))
    text = (
        f"import multiprocessing, os, subprocess, threading, time\n{start}\ntime.sleep(0.2)\n{end}"
    )
    started = time.monotonic()
    compilation = compiled(text, timeout=2.0)
    assert time.monotonic() - started < 10
    assert bool(compilation.problems) is (end != "WORKFLOWS = []")
    assert marked(str(tmp_path)) == []


def test_the_author_sees_few_variables_and_no_secret(compiled, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "hunter2")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    compiled(
        f"import os, json\njson.dump(dict(os.environ), open({str(tmp_path / 'env')!r}, 'w'))\nWORKFLOWS = []"
    )
    text = (tmp_path / "env").read_text()
    assert "hunter2" not in text
    assert "PYTHONSTARTUP" not in text
    assert '"LC_ALL"' in text
    assert '"PATH"' in text


def test_the_working_directory_is_the_root_and_the_folders_stay_clean(compiled, tmp_path, write):
    write("ci/defs.py", "import os\nHERE = os.getcwd()")
    compiled(
        f"from ci.defs import HERE\nassert HERE == {str(tmp_path.resolve())!r}\nWORKFLOWS = []"
    )
    assert not list(tmp_path.rglob("__pycache__"))


def test_packages_of_the_repository_do_not_hide_ours_or_the_standard_librarys(compiled, write):
    for path in (
        "praktika/__init__.py",
        "msgspec.py",
        "json.py",
        "ci/praktika/__init__.py",
        "resource.py",
    ):
        write(path, "raise RuntimeError('hidden')")
    compilation = compiled("WORKFLOWS = []")
    assert [plan.workflow for plan in compilation.plans] == ["good"]


def test_one_declaration_gives_one_plan_also_where_sets_are_used(compiled):
    text = """
        from praktika import Job, Workflow
        jobs = [Job(name=name, command="true") for name in {str(i) for i in range(50)}]
        WORKFLOWS = [Workflow(name="sets", event="push", jobs=jobs)]
    """
    assert len({str(compiled(text).plans) for _ in range(3)}) == 1


def test_a_linked_root_gives_relative_files(compiled, tmp_path):
    compiled("WORKFLOWS = 5")
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)
    (problem,) = LocalSandbox().compile(link).problems
    assert problem.file == "ci/workflows/main.py"


def test_a_root_with_odd_characters(tmp_path):
    root = tmp_path / "it's a\nrepo 🚀"
    file = root / "ci" / "workflows" / "main.py"
    file.parent.mkdir(parents=True)
    file.write_text("1/0")
    (problem,) = LocalSandbox().compile(root).problems
    assert (
        str(problem) == "ci/workflows/main.py:1: load-failed: ZeroDivisionError: division by zero"
    )


def test_a_root_that_is_not_there_is_the_operators_error(tmp_path):
    with pytest.raises(OperatorError, match="There is no folder"):
        LocalSandbox().compile(tmp_path / "nowhere")


def test_an_interpreter_that_is_not_there_is_the_operators_error(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(OperatorError, match="Cannot start"):
        LocalSandbox().compile(tmp_path)


def test_an_interpreter_without_praktika_is_the_operators_error(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(OperatorError, match="The sandbox did not start"):
        LocalSandbox().compile(tmp_path)


def test_interrupting_the_caller_ends_the_child(compiled, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_MARK", str(tmp_path))
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        compiled("while True: pass", timeout=30.0)
    timer.join()
    assert marked(str(tmp_path)) == []


def test_a_relative_python_path_still_leads_here(tmp_path, write):
    source = Path(__file__).parents[3] / "src"
    write("ci/workflows/main.py", "WORKFLOWS = []")
    code = (
        "from pathlib import Path; from praktika.adapters.local.sandbox import LocalSandbox;"
        f"print(LocalSandbox().compile(Path({str(tmp_path)!r})).problems)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=source.parent,
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "()\n"
