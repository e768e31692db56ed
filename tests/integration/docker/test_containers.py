"""A job with run_in_docker, from its author's side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from tests.docker_engine import BASE
from tests.docker_registry import PASSWORD, USER

from praktika.sdk.images.engine import client_settings
from praktika.sdk.job.secret import variable_of
from praktika.sdk.registry.access import Login


def log_of(ran) -> str:
    (log,) = ran.folder.glob("jobs/*/1/job.log")
    return log.read_text()


def ran_well(project) -> str:
    ran = project.praktika("run")
    assert ran.code == 0, log_of(ran) + ran.err
    return log_of(ran)


def test_the_command_runs_in_the_container_and_its_files_are_those_of_the_workspace(boxed):
    project = boxed(
        "echo hello; readlink /bin/sh; pwd; id -u; cat seen; echo made > made; test ! -e /usr; "
        "ls $PYTHONPATH_; echo $HOME; test -w $HOME",
        more="provides=['made'], post_hooks=['cat made; test -e /usr && echo on the host']",
    )
    project.file("seen", "seen\n")
    text = (project.root / "ci/workflows/w.py").read_text()
    text = text.replace("artifacts = []", "artifacts = [Artifact(name='made', path='made')]")
    project.file("ci/workflows/w.py", text).commit()
    log = ran_well(project).splitlines()
    assert log[:2] == ["hello", "/bin/busybox"]
    assert log[2].endswith("/repo")
    assert log[3:5] == [str(os.getuid()), "seen"]
    assert log[-2:] == ["made", "on the host"]
    run = max((project.root / ".praktika/runs").iterdir())
    assert list(run.glob("jobs/*/1/artifacts/*.tar*"))


def test_what_a_job_knows_and_what_it_does_not(boxed, monkeypatch):
    project = boxed("env; ls /praktika/lib/praktika", options="+-e CHOSEN+--env=SAID=so")
    project.env |= {"CHOSEN": "by name", "OTHER_OF_THE_HOST": "x", "LANG": "xx"}
    log = ran_well(project)
    variables = dict(line.split("=", 1) for line in log.splitlines() if "=" in line)
    assert variables["JOB_NAME"] == variables["CHECK_NAME"] == "boxed"
    assert variables["PRAKTIKA"] == "1"
    assert variables["PYTHONPATH"] == "/praktika/lib:.:./ci"
    assert variables["PYTHONSAFEPATH"] == variables["PYTHONUNBUFFERED"] == "1"
    assert json.loads(variables["DOCKER_TAG"]) == {}
    assert (variables["CHOSEN"], variables["SAID"]) == ("by name", "so")
    assert variables["PATH"] == "/bin"
    assert not {"OTHER_OF_THE_HOST", "LANG", "XDG_CACHE_HOME", "DOCKER_HOST"} & set(variables)
    assert "result.py" in log.splitlines()


def test_volumes_of_the_workspace_are_made_and_mounted(boxed):
    project = boxed(
        "touch /y/file && ls new/folder && cat /all/seen /a/file && ! touch /read/only 2>/dev/null; pwd",
        options="+--volume=./new/folder:/y+-v .:/all+--volume=./seen:/a/file+--volume=./no:/read:ro"
        "+--workdir=/all",
    )
    project.file("seen", "seen\n").commit()
    assert ran_well(project).splitlines() == ["file", "seen", "seen", "/all"]


def test_a_folder_of_the_repository_may_have_any_name(project):
    odd = type(project)(project.root.parent / 'a:b,c "d"=e')
    odd.env |= {name: project.env[name] for name in ("DOCKER_HOST", "PRAKTIKA_DOCKER")}
    wanted = f"{BASE}+--volume=.:/all"
    odd.jobs(f"jobs = [Job(name='j', command='ls /all ci; pwd', run_in_docker={wanted!r})]")
    assert ran_well(odd.commit()).splitlines()[-1].endswith('a:b,c "d"=e')


def test_an_entry_point_stays_unless_it_is_reset_and_files_of_variables_are_of_the_workspace(
    project, docker_engine
):
    image = "praktika-tests/entry:1"
    text = f'FROM {BASE}\nENTRYPOINT ["env", "ENTERED=yes"]\nENV OF_IMAGE=1\nUSER 77\n'
    docker_engine.build(image, text, project.root.parent / "image")
    project.file("ci/local.env", "LOCAL=of the file\n")
    command = "echo $ENTERED $OF_IMAGE $LOCAL; id -u"
    project.jobs(
        f"jobs = [Job(name=name, command={command!r}, run_in_docker={image!r} + options) for name,"
        " options in [('kept', '+--env-file=ci/local.env'), ('reset', '+root+--entrypoint=')]]"
    ).commit()
    ran = project.praktika("run", "-j1")
    logs = {
        log.parent.parent.name[:4]: log.read_text() for log in ran.folder.glob("jobs/*/1/*.log")
    }
    assert logs == {"kept": f"yes 1 of the file\n{os.getuid()}\n", "rese": "1\n77\n"}, ran.err


def test_a_secret_is_in_the_environment_and_neither_on_a_command_line_nor_on_disk(
    project, docker_engine
):
    secrets = {"ONE": "sesame-open-one", "TWO": "two\nlines\n", "LONG": "x" * 100_000}
    listed = ", ".join(f"Secret(name={name!r}, type='gh secret')" for name in secrets)
    command = (
        "env | grep SECRET_ONE; echo ${#PRAKTIKA_SECRET_ONE}; env | grep -c ^lines; "
        "echo ${#PRAKTIKA_SECRET_LONG}; sleep 1.5"
    )
    project.file(
        "ci/workflows/w.py",
        "from praktika import Job, Secret, Workflow\n"
        f"jobs = [Job(name='boxed', command={command!r}, run_in_docker={BASE!r})]\n"
        f"WORKFLOWS = [Workflow(name='W', event='pull_request', jobs=jobs, secrets=[{listed}])]\n",
    ).commit()
    project.env |= {f"PRAKTIKA_SECRET_{name}": value for name, value in secrets.items()}
    process = project.start("run")
    shown = b""
    while process.poll() is None:
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                shown += line.read_bytes()
            except OSError:
                continue
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert b"PRAKTIKA_SECRET_ONE" in shown
    assert b"sesame-open" not in shown
    (log,) = project.root.glob(".praktika/runs/*/jobs/*/1/job.log")
    # It is all there, and masked in the log (security 13).
    assert log.read_text().splitlines() == ["PRAKTIKA_SECRET_ONE=***", "15", "1", "100000"]
    log.unlink()
    found = subprocess.run(["grep", "-rl", "sesame-open", project.root.parent], check=False)
    assert found.returncode == 1


def test_a_script_of_the_job_finds_praktika_and_tells_by_it(project):
    """The image has no Python; the one that runs the tests is mounted, with what it needs."""
    python = sys.base_prefix
    options = "".join(f"+--volume={path}:{path}:ro" for path in (python, "/usr", "/lib", "/lib64"))
    project.file(
        "ci/job.py",
        "from praktika.info import Info\n"
        "from praktika.result import Result\n"
        "Info().store_kv_data('key', Info().job_name)\n"
        "case = Result(name='case', status='FAIL', info='why')\n"
        "Result.create_from(results=[case]).complete_job()\n",
    )
    read = "grep -o 'key\": \"[a-z]*' ci/tmp/environment.json"
    project.jobs(
        f"jobs = [Job(name='boxed', command='{python}/bin/python3 ci/job.py', "
        f"run_in_docker='{BASE}{options}', allow_failure=True), "
        f"Job(name='reads', command={read!r}, run_after=['boxed'])]"
    ).commit()
    ran = project.praktika("run")
    job = ran.job("boxed")
    assert (job["status"], [case["info"] for case in job["results"]]) == ("FAIL", ["why"])
    logs = [log.read_text() for log in ran.folder.glob("jobs/reads*/1/job.log")]
    assert logs == ['key": "boxed\n'], ran.err


def test_exit_codes_and_words(project):
    jobs = {
        "three": ("exit 3", ""),
        "absent": ("no-such-program", ""),
        "option": ("true", "+--no-such-option=1"),
        "mount": ("true", "+--volume=a/b:/c"),
        "entry": ("true", "+--entrypoint=/nothing"),
        "memory": ("tail /dev/zero", "+--memory=16m"),
    }
    listed = ", ".join(
        f"Job(name={name!r}, command={command!r}, run_in_docker={BASE + options!r})"
        for name, (command, options) in jobs.items()
    )
    ran = project.jobs(f"jobs = [{listed}]").commit().praktika("run")
    found = {
        name: (ran.job(name)["status"], ran.job(name)["ext"].get("verdict", "")) for name in jobs
    }
    assert found == {
        "three": ("FAIL", "author"),
        "absent": ("FAIL", "author"),
        "option": ("ERROR", "author"),
        "mount": ("ERROR", "author"),
        "entry": ("FAIL", "author"),
        "memory": ("ERROR", "infrastructure"),
    }
    assert "exited with 3" in ran.job("three")["info"]
    assert "exit code 127" in ran.job("absent")["info"]
    assert "unknown flag: --no-such-option" in ran.job("option")["info"]
    assert "a/b" in ran.job("mount")["info"]
    assert "/nothing" in ran.job("entry")["info"]
    assert "the container ran out of memory" in ran.job("memory")["info"]


def test_another_user_owns_what_the_job_leaves_even_if_the_container_is_roots(docker_engine):
    """The runner is not root here, so it could not remove what root leaves."""
    from tests.integration.run.conftest import Project

    nobody = 54321
    with tempfile.TemporaryDirectory(prefix="nobody-") as folder:
        os.chown(folder, nobody, nobody)
        place = Path(folder, "repo")
        place.mkdir()
        project = Project(place)
        project.env |= docker_engine.environment() | {"HOME": folder}
        command = (
            "id -u; id -g; mkdir -p deep/er; echo x > deep/er/file; chmod 700 deep; echo HOME=$HOME"
        )
        project.jobs(
            f"jobs = [Job(name='own', command='{command}; touch $HOME/ok', run_in_docker={BASE!r}, "
            "post_hooks=['stat -c %u deep/er/file']),"
            f"Job(name='roots', command='{command}', run_in_docker='{BASE}+root', "
            "post_hooks=['stat -c %u deep/er/file'])]"
        ).commit()
        subprocess.run(["chown", "-R", f"{nobody}:{nobody}", folder], check=True)
        # With the right to read, as Python itself may be in root's home.
        right = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
        user = (f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", *right)
        process = subprocess.Popen(
            ["setpriv", *user, sys.executable, "-m", "praktika", "run"],
            cwd=place,
            env=project.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        out = process.communicate(timeout=60)[0].decode()
        logs = {
            log.parent.parent.name.rsplit("-", 1)[0]: log.read_text().split()
            for log in project.root.glob(".praktika/runs/*/jobs/*/1/job.log")
        }
        assert process.returncode == 0, out + str(logs)
        user = str(nobody)
        assert logs["own"][:3] == [user, user, "HOME=/praktika/home"]
        assert logs["roots"][:3] == ["0", "0", "HOME=/"]
        assert logs["own"][-1] == logs["roots"][-1] == user
        assert list(Path(folder, "cache/praktika").iterdir()) == []


def test_row_9_a_job_in_a_container_reaches_nothing_of_other_jobs(project, boxed):
    """Neither where runs are kept, nor the workspaces beside its own."""
    state = project.root / ".praktika"
    ran = boxed(f"test ! -e {state} && test $(ls .. | wc -l) = 1").praktika("run")

    assert ran.code == 0, ran.out
    assert state.is_dir()


def test_an_image_of_a_private_registry_is_pulled_with_the_login_of_the_team(
    project, docker_engine, locked_registry
):
    image = f"{locked_registry.host}/{uuid.uuid4().hex[:10]}:1"
    docker_engine.docker("tag", BASE, image)
    with client_settings({locked_registry.host: Login(USER, PASSWORD)}) as settings:
        env = {**os.environ, **docker_engine.environment(), "DOCKER_CONFIG": settings}
        subprocess.run([env["PRAKTIKA_DOCKER"], "push", "-q", image], env=env, check=True)
    docker_engine.docker("rmi", image)
    project.jobs(f"jobs = [Job(name='boxed', command='env', run_in_docker={image!r})]").commit()
    refused = project.praktika("run")
    assert refused.statuses == {"boxed": "ERROR"}
    assert "SECRET_DOCKER_REGISTRY" in refused.job("boxed")["info"]

    project.file("ci/settings/settings.py", "SECRET_DOCKER_REGISTRY = 'registry'\n").commit()
    login = {"username": USER, "password": PASSWORD, "registry": locked_registry.host}
    project.env[variable_of("registry")] = json.dumps(login)
    ran = project.praktika("run")
    assert ran.statuses == {"boxed": "OK"}, ran.job("boxed")
    log = next(ran.folder.rglob("job.log")).read_text()
    assert f"docker pull {image}" in log
    assert PASSWORD not in log
    assert not any(project.root.parent.rglob("praktika-docker-*"))
    docker_engine.docker("rmi", image)
