"""Declarations are read by a process without network, rights and credentials (fault 4)."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import psutil
import pytest

import praktika
from praktika.adapters.local.sandbox import LocalSandbox
from praktika.errors import OperatorError

USER = "nobody"
CONFINED = ["unshare", "--net", "setpriv", f"--reuid={USER}", "--clear-groups", "--"]

DECLARATION = """
import os, socket
from praktika import Job, Workflow
from pathlib import Path

def tried(action):
    try:
        return str(action())
    except Exception as error:
        return type(error).__name__

found = {
    "user": os.getuid(),
    "groups": os.getgroups(),
    "network": tried(lambda: socket.create_connection(("169.254.169.254", 80), 1)),
    "loopback": tried(lambda: socket.create_connection(("127.0.0.1", PORT), 1)),
    "root": tried(lambda: os.setuid(0)),
    "secret": tried(lambda: Path("SECRET").read_text()),
    "home": os.environ["HOME"],
    "neighbour": tried(lambda: os.kill(NEIGHBOUR, 0)),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
}
if os.fork() == 0:  # it stays, under a name that nobody looks for
    os.setsid()
    os.execve("/bin/sleep", ["LEFT", "77"], {})
name = " ".join(f"{key}={value}" for key, value in found.items())
WORKFLOWS = [Workflow(name=name, event="push", jobs=[Job(name="a", command="true")])]
"""


@pytest.fixture
def python(monkeypatch):
    """An interpreter that every user of this machine can start, with praktika."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv"))):
        pytest.skip("needs root, unshare and setpriv")
    packages = [str(Path(module.__file__).parents[1]) for module in (praktika, msgspec)]
    path = os.pathsep.join(packages)
    known = [sys.executable, "/usr/bin/python3", f"/usr/bin/python3.{sys.version_info.minor}"]
    for one in known:
        done = subprocess.run(
            [*CONFINED, one, "-P", "-c", "import praktika.pipeline.child"],
            env={"PYTHONPATH": path},
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            monkeypatch.setenv("PYTHONPATH", path)
            monkeypatch.setattr(sys, "executable", one)
            return one
    pytest.skip("no Python of this machine can be started by another user")


def test_fault_4_a_declaration_has_no_network_no_rights_and_no_files_of_the_service(
    python, monkeypatch, tmp_path
):
    monkeypatch.setenv("HOME", "/root")
    secret = tmp_path / "secret"
    secret.write_text("key")
    secret.chmod(0o600)
    left = f"left-{os.getpid()}"
    import socket

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        tempfile.TemporaryDirectory(prefix="praktika-plan-") as folder,
    ):
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        root = Path(folder, "checkout")
        (root / "ci/workflows").mkdir(parents=True)
        text = DECLARATION.replace("PORT", str(server.getsockname()[1]))
        text = text.replace("SECRET", str(secret)).replace("LEFT", left)
        with subprocess.Popen(["/bin/sleep", "77"], user=USER) as neighbour:
            text = text.replace("NEIGHBOUR", str(neighbour.pid))
            (root / "ci/workflows/main.py").write_text(text)
            compilation = LocalSandbox(user=USER).compile(root)
            neighbour.kill()
    assert compilation.problems == ()
    said = compilation.plans[0].workflow
    assert said.startswith(f"user={pwd.getpwnam(USER).pw_uid} groups=[] ")
    assert "network=OSError loopback=OSError root=PermissionError" in said
    assert "secret=PermissionError home=/ neighbour=ProcessLookupError processes=1" in said
    known = [one.info["cmdline"] or () for one in psutil.process_iter(["cmdline"])]
    assert not any(left in words for words in known)


def test_a_user_that_is_not_there_is_the_operators_fault(tmp_path):
    with pytest.raises(OperatorError, match="no user nobody-at-all"):
        LocalSandbox(user="nobody-at-all").compile(tmp_path)
