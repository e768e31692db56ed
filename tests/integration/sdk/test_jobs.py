"""Job scripts as a runner starts them: processes of their own, with nothing but Python."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import praktika.sdk
from praktika.model.result import Result as WireResult
from praktika.model.wire import decode

LIBRARY = Path(praktika.sdk.__file__).parents[2]
FACES = [
    "result",
    "info",
    "utils",
    "gh",
    "s3",
    "cidb",
    "_environment",
    "environment",
    "digest",
    "issue",
    "interactive",
]


def python(script, *arguments, **env):
    """Runs a script without site-packages."""
    return subprocess.run(
        [sys.executable, "-S", "-c", script, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(LIBRARY), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def written(temp, stem):
    return decode((temp / f"result_{stem}.json").read_bytes(), WireResult)


@pytest.mark.parametrize("face", FACES)
def test_a_face_needs_nothing_but_python(face):
    done = python(
        f"import sys, praktika.{face} as face\n"
        "assert face.__all__ and all(hasattr(face, name) for name in face.__all__)\n"
        "assert not {'msgspec', 'praktika.model', 'praktika.errors'} & set(sys.modules)\n"
    )
    assert done.stderr == ""


def test_importing_does_not_read_settings(place):
    (place / "ci/settings").mkdir(parents=True)
    (place / "ci/settings/settings.py").write_text("raise SystemExit('read too early')\n")
    done = python("".join(f"import praktika.{face}\n" for face in FACES))
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_is_quick():
    """40 ms over bare Python; measured side by side, the best of many, on any machine."""

    def seconds(script):
        command = [sys.executable, "-S", "-c", script]
        env = {"PYTHONPATH": str(LIBRARY), "PYTHONPYCACHEPREFIX": "cache"}
        started = time.perf_counter()
        subprocess.run(command, env=env, check=True)
        return time.perf_counter() - started

    seconds("import praktika.result")
    bare = min(seconds("pass") for _ in range(15))
    ours = min(seconds("import praktika.result") for _ in range(15))
    assert ours - bare < max(0.040, 3 * bare), f"{ours - bare:.3f} s over {bare:.3f} s"


def test_a_job_completes(temp):
    script = (
        "from praktika.result import Result\n"
        "from praktika.utils import Utils\n"
        "watch = Utils.Stopwatch()\n"
        "r = Result.from_commands_run('Build', ['echo built', 'false'])\n"
        "Result.create_from(results=[r, Result('Other', Result.Status.SUCCESS)], stopwatch=watch)"
        ".complete_job()\n"
    )
    done = python(script, JOB_NAME="C++ tests (1/2)", PRAKTIKA="1")
    assert done.returncode == 1
    result = written(temp, "c++_tests_1_2")
    assert (result.name, result.status) == ("C++ tests (1/2)", "FAIL")
    assert [(part.name, part.status) for part in result.results] == [
        ("Build", "FAIL"),
        ("Other", "OK"),
    ]
    assert result.results[0].info == "built"
    assert "FAIL    C++ tests (1/2)" in done.stdout


def test_bad_input_a_name_of_300_characters_and_emoji(temp):
    name = "🚀 'quoted' / \"name\" " + "x" * 300
    done = python(
        "from praktika.result import Result\nResult.create_from(status=True).complete_job()\n",
        JOB_NAME=name,
    )
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = temp.glob("result_*.json")
    assert decode(path.read_bytes(), WireResult).name == name


def test_bad_input_an_output_that_cannot_show_everything(temp):
    done = python(
        "from praktika.result import Result\n"
        "Result('job', 'FAIL', info='ü🚀 \\udc80').complete_job()\n",
        PYTHONIOENCODING="ascii",
        LC_ALL="C",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert written(temp, "job").info == "ü🚀 ?"


def test_bad_input_a_full_disk(place):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    done = python(
        "import praktika.sdk.result.stored as stored\n"
        "def full(path, data):\n"
        "    with open('/dev/full', 'wb') as file:\n"
        "        file.write(data)\n"
        "stored.write_atomic = full\n"
        "from praktika.result import Result\n"
        "Result('job', 'OK').complete_job()\n"
    )
    assert done.returncode == 1
    assert "could not be stored" in done.stderr
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_input_a_hundred_thousand_parts(temp):
    done = python(
        "from praktika.result import Result\n"
        "parts = [Result(f'test_{n}', 'OK', 1.0, 0.01) for n in range(100_000)]\n"
        "parts[777].set_failed().set_info('boom')\n"
        "Result.create_from('job', parts).complete_job()\n"
    )
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) < 10
    result = written(temp, "job")
    assert len(result.results) == 100_000
    assert result.info == "Failures: 1/100000"


def test_two_processes_of_a_job_store_data_at_the_same_time(temp):
    (temp / "environment.json").write_text("{}")
    script = (
        "import sys\n"
        "from praktika.info import Info\n"
        "for n in range(40):\n"
        "    Info().store_kv_data(f'{sys.argv[1]}{n}', n)\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(LIBRARY), "PRAKTIKA": "1"}
    both = [subprocess.Popen([sys.executable, "-S", "-c", script, name], env=env) for name in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(json.loads((temp / "environment.json").read_text())["JOB_KV_DATA"]) == 80


def test_a_late_printer_does_not_spoil_the_exit():
    script = (
        "from praktika.utils import Shell\n"
        "Shell.check('(for i in $(seq 200); do echo tick; sleep 0.01; done) &')\n"
        "import time; time.sleep(0.3)\n"
    )
    for _ in range(3):
        done = python(script)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("tick") > 1


def test_the_package_above_the_faces_stays_importable():
    """Job scripts of older pipelines import `praktika` itself, too."""
    done = python("import praktika.result, praktika.info; print('ok')", PYTHONSAFEPATH="1")
    assert done.stdout == "ok\n"
