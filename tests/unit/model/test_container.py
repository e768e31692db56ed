"""`run_in_docker` means what its author wrote, or is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.model.container import Container, Option, parse, read


@pytest.mark.parametrize(
    ("text", "image", "options", "is_root"),
    [
        ("alpine", "alpine", [], False),
        ("a/b:1+root", "a/b:1", [], True),
        ("a+--memory=8g+--privileged", "a", ["--memory=8g", "--privileged"], False),
        ("a+-e VAR", "a", ["--env=VAR"], False),
        ("a+--env VAR", "a", ["--env=VAR"], False),
        ("a+-eVAR", "a", ["--env=VAR"], False),
        ("a+-m=1g", "a", ["--memory=1g"], False),
        ("a+-e 'A=b c'", "a", ["--env=A=b c"], False),
        ("a+--volume=./x:/y:ro+-v .:/z", "a", ["--volume=./x:/y:ro", "--volume=.:/z"], False),
        ("a+--entrypoint=", "a", ["--entrypoint="], False),
        ("a+--security-opt seccomp=unconfined", "a", ["--security-opt=seccomp=unconfined"], False),
        ("a+--init=false", "a", ["--init=false"], False),
        ("a++root+", "a", [], True),
    ],
)
def test_an_image_and_its_options(text, image, options, is_root):
    container = parse(text)
    assert (container.image, container.is_root) == (image, is_root)
    assert [str(option) for option in container.options] == options


def test_fault_43_an_image_of_a_registry_with_a_port():
    container = parse("host:5000/x:tag+root+--network=host")
    assert container.image == "host:5000/x:tag"
    assert container == Container(
        image="host:5000/x:tag", options=(Option("--network", "host"),), is_root=True
    )


@pytest.mark.parametrize(
    "limit",
    [
        "--memory=8g",
        "-m 8g",
        "--memory-reservation=8g",
        "--memory-swap=-1",
        "--cpus=4",
        "-c 5",
        "--cpuset-cpus=0-3",
        "--shm-size=1g",
        "--ulimit nofile=9:9",
        "--pids-limit=100",
    ],
)
def test_fault_55_what_depends_on_the_size_of_a_host_is_no_part_of_a_key(limit):
    container = parse(f"image:1+--cap-add=SYS_PTRACE+{limit}+root")
    assert str(container.without_limits()) == "image:1+--cap-add=SYS_PTRACE+root"
    assert str(container) != str(container.without_limits())


def test_what_is_no_limit_stays_in_the_key():
    text = "a+--privileged+--volume=./x:/y+--network=host+--env=CPUS=4+root"
    assert str(parse(text).without_limits()) == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is empty"),
        ("+root", "it is empty"),
        ("--rm", "not the name of an image"),
        ("Alpine", "lower case"),
        ("a+rooot", "neither `root` nor an option"),
        ("a+ubuntu", "neither `root` nor an option"),
        ("a+''", "neither `root` nor an option"),
        ("a+--env=A='b", "cannot be split"),
        ("a+-e", "has no value"),
        ("a+--env", "has no value"),
        ("a+--volume", "has no value"),
        ("a+--", "no option"),
        ("a+-", "no option"),
        ("a+-z", "no option"),
        ("a+--privileged other image", "more than one value"),
        ("a+--env=A=b other", "more than one value"),
        ("a+-e A=b -e C=d", "more than one value"),
        ("a+--rm", "praktika's to say"),
        ("a+-it", "praktika's to say"),
        ("a+-d", "praktika's to say"),
        ("a+--name=x", "praktika's to say"),
        ("a+--detach=true", "praktika's to say"),
        ("a+--volume=../x:/y", "leads out of the workspace"),
        ("a+--volume=./x/../..:/y", "leads out of the workspace"),
        ("a+--env=A=\0", "NUL"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, fault):
    _, faults = read(text)
    assert len(faults) == 1
    assert fault in faults[0]
    with pytest.raises(ValueError, match=re.escape(fault)):
        parse(text)


def test_all_faults_are_named():
    assert len(read("A+b+--rm")[1]) == 3


@given(st.text(alphabet="ab-=+ '\"\\e:/.v", max_size=30))
def test_each_option_is_one_argument_that_starts_with_two_dashes(text):
    container, _ = read(f"image+{text}")
    assert container.image == "image"
    for option in container.options:
        assert str(option).startswith("--")
