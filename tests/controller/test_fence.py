"""Nobody but the service's user reaches the metadata service (security 16), in a network of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = textwrap.dedent("""
    import json, os, pwd, socket, subprocess, sys, threading
    sys.path.insert(0, sys.argv[1])
    from praktika_controller.faults import Sick
    from praktika_controller.machine import fence

    for command in (
        "ip link set lo up", "ip address add 169.254.169.254/32 dev lo",
        "ip address add fd00:ec2::254/128 dev lo",
    ):
        subprocess.run(command.split(), check=True)
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        server = socket.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((address, 80))
        server.listen()
        threading.Thread(target=lambda one=server: [one.accept() for _ in range(100)], daemon=True).start()

    def reaches(address, user):
        known = pwd.getpwnam(user)
        code = (
            "import encodings.idna,os,socket,sys; os.setgroups([]); os.setgid(int(sys.argv[3]));"
            "os.setuid(int(sys.argv[2])); socket.create_connection((sys.argv[1], 80), 0.5)"
        )
        command = [sys.executable, "-I", "-c", code, address, str(known.pw_uid), str(known.pw_gid)]
        done = subprocess.run(command, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def table():
        return {f"{user} {address}": reaches(address, user)
                for user in ("root", "nobody") for address in fence.ADDRESSES}

    found = {"before": table()}
    try:
        fence.prove("nobody")
    except Sick as sick:
        found["proof"] = str(sick)
    if sys.argv[2] != "any":
        which = fence.shutil.which
        fence.shutil.which = lambda name: None if name == "nft" else which(name)
    found["how"] = fence.raise_fence("nobody")
    fence.raise_fence("nobody")
    found["after"] = table()
    print(json.dumps(found))
""")


@pytest.mark.parametrize("tool", ["nft", "iptables"])
def test_security_16_only_the_services_user_reaches_it(tool):
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip", tool))):
        pytest.skip(f"needs root, unshare, ip and {tool}")
    command = ["unshare", "--net", sys.executable, "-P", "-c", SCRIPT]
    done = subprocess.run(
        [*command, str(ROOT / "controller/src"), "any" if tool == "nft" else tool],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in done.stderr and done.returncode:
        pytest.skip("this machine lets nobody make networks or rules")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["before"].values()) == {True}
    assert "reaches the metadata service" in found["proof"]
    assert found["how"] == tool
    assert {who: is_in for who, is_in in found["after"].items() if is_in} == {
        "root 169.254.169.254": True,
        "root fd00:ec2::254": True,
    }
