"""Containers of code from outside keep their jobs in."""

from __future__ import annotations

import pytest

from praktika.errors import AuthorError
from praktika.model.container import parse
from praktika.runner.container.outside import check


@pytest.mark.parametrize(
    "option",
    [
        "--network=host",
        "--network=container:other",
        "--net=host",
        "--privileged",
        "--volume=/:/host",
        "--volume=/var/run/docker.sock:/var/run/docker.sock",
        "-v /etc:/etc",
        "--volume=named:/data",
        "--mount=type=bind,src=/,dst=/host",
        "--volumes-from=other",
        "--pid=host",
        "--ipc=host",
        "--uts=host",
        "--userns=host",
        "--cgroupns=host",
        "--cgroup-parent=/",
        "--cap-add=SYS_ADMIN",
        "--security-opt=seccomp=unconfined",
        "--security-opt=apparmor=unconfined",
        "--device=/dev/sda",
        "--device-cgroup-rule=a",
        "--gpus=all",
        "--runtime=other",
        "--user=0",
        "-u root",
        "--group-add=docker",
        "--env-file=/proc/self/environ",
        "--label-file=/etc/shadow",
        "--oom-score-adj=-1000",
        "--sysctl=kernel.core_pattern=x",
        "--link=other",
        "--publish=80:80",
        "--log-driver=syslog",
    ],
)
def test_security_16_what_leads_out_is_refused_by_name(option):
    container = parse(f"image:1+--memory=1g+{option}")
    with pytest.raises(AuthorError) as caught:
        check(container, has_user=True)
    assert f"`{container.options[1]}` would let code from outside out" in str(caught.value)
    assert "memory" not in str(caught.value)


def test_root_inside_is_nobody_outside_only_where_jobs_are_the_runner():
    check(parse("image:1+root"), has_user=False)
    with pytest.raises(AuthorError, match="`root` would let code from outside out"):
        check(parse("image:1+root"), has_user=True)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "+--memory=8g+--cpus=2+--shm-size=1g+--ulimit=nofile=9+--pids-limit=9",
        "+-e NAME+--env=A=b+--workdir=/x+--hostname=h+--add-host=a:1.2.3.4+--dns=1.1.1.1",
        "+--volume=./cache:/cache+--volume=.:/x:ro+--tmpfs=/t+--read-only",
        "+--network=none+--security-opt=no-new-privileges+--cap-drop=ALL+--init=false",
        "+--network=bridge+--platform=linux/arm64+--entrypoint=",
    ],
)
def test_what_is_harmless_may_be_said(options):
    check(parse(f"image:1{options}"), has_user=True)
