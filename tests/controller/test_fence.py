"""Nobody but the service's user reaches the metadata service (security 16), in a network of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from praktika_controller import main
from praktika_controller.faults import Sick
from praktika_controller.machine.health import Health
from praktika_controller.machine.metadata import find_metadata

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


FORWARDED = textwrap.dedent("""
    import json, subprocess, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from praktika_controller.machine import fence

    SERVICE = (
        "import socket; made = socket.create_server(('169.254.169.254', 80)); print(flush=True)\\n"
        "while True: made.accept()"
    )
    ASK = "import socket; socket.create_connection(('169.254.169.254', 80), 1)"

    def run(line):
        subprocess.run(line.split(), check=True)

    def begun(command):
        made = subprocess.Popen(command, stdout=subprocess.PIPE)
        made.stdout.readline()
        return made

    def within(network, code):
        return ["nsenter", "--net", f"--target={network.pid}", sys.executable, "-I", "-c", code]

    run("ip link set lo up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    networks = []
    for name, there, here in (("box", "10.9.0.2", "10.9.0.1"), ("far", "169.254.169.254", "10.9.1.1")):
        made = begun(["unshare", "--net", "sh", "-c", "echo; exec sleep 60"])
        networks.append(made)
        inside = f"nsenter --net --target {made.pid}"
        run(f"ip link add {name} type veth peer name e netns {made.pid}")
        run(f"ip address add {here}/32 dev {name}")
        run(f"ip link set {name} up")
        run(f"ip route add {there}/32 dev {name}")
        for line in (f"address add {there}/32 dev e", "link set lo up", "link set e up",
                     f"route add {here}/32 dev e", f"route add default via {here}"):
            run(f"{inside} ip {line}")
    box, far = networks
    server = begun(within(far, SERVICE))

    def reaches():
        return subprocess.run(within(box, ASK), stderr=subprocess.DEVNULL).returncode == 0

    found = {"before": reaches()}
    if sys.argv[2] != "any":
        which = fence.shutil.which
        fence.shutil.which = lambda name: None if name == "nft" else which(name)
    fence.raise_fence("nobody")
    found["after"] = reaches()
    for each in (server, *networks):
        each.kill()
    print(json.dumps(found))
""")


@pytest.mark.parametrize("tool", ["nft", "iptables"])
def test_security_16_no_container_reaches_it(tool):
    """Whatever the number of hops is that answers make: what comes from a container is dropped."""
    found = in_a_network(FORWARDED, tool, "nsenter")
    assert found == {"before": True, "after": False}


@pytest.mark.parametrize("tool", ["nft", "iptables"])
def test_security_16_only_the_services_user_reaches_it(tool):
    found = in_a_network(SCRIPT, tool)
    assert set(found["before"].values()) == {True}
    assert "reaches the metadata service" in found["proof"]
    assert found["how"] == tool
    assert {who: is_in for who, is_in in found["after"].items() if is_in} == {
        "root 169.254.169.254": True,
        "root fd00:ec2::254": True,
    }


def test_security_16_a_machine_without_a_fence_is_sick(tmp_path, monkeypatch):
    def refuse(user):
        raise Sick(f"the user {user} reaches the metadata service")

    monkeypatch.setattr(main, "raise_fence", refuse)
    station: Any = SimpleNamespace(places=SimpleNamespace(user="job"), health=Health(tmp_path))
    main._fence(station, find_metadata({}))
    with pytest.raises(Sick, match="the user job reaches"):
        station.health.check()


def in_a_network(script, tool, *more):
    """What a script says that runs in a network of its own."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "ip", tool, *more))):
        pytest.skip(f"needs root, unshare, ip, {tool} {' '.join(more)}".rstrip())
    command = ["unshare", "--net", sys.executable, "-P", "-c", script]
    done = subprocess.run(
        [*command, str(ROOT / "controller/src"), "any" if tool == "nft" else tool],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode and ("not permitted" in done.stderr or "Read-only" in done.stderr):
        pytest.skip("this machine lets nobody make networks or rules")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
