"""Names of images are read as Docker reads them."""

from __future__ import annotations

import pytest

from praktika.model.reference import Reference

SHA = "sha256:" + "0f" * 32


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("alpine", "docker.io", "library/alpine", "", ""),
        ("alpine:3.20", "docker.io", "library/alpine", "3.20", ""),
        ("clickhouse/fasttest", "docker.io", "clickhouse/fasttest", "", ""),
        ("clickhouse/fasttest:ab_amd", "docker.io", "clickhouse/fasttest", "ab_amd", ""),
        ("index.docker.io/alpine", "docker.io", "library/alpine", "", ""),
        ("docker.io/a/b:1", "docker.io", "a/b", "1", ""),
        ("ghcr.io/a/b/c:1", "ghcr.io", "a/b/c", "1", ""),
        ("localhost/x", "localhost", "x", "", ""),
        (f"x@{SHA}", "docker.io", "library/x", "", SHA),
        (f"r.io:443/x:t@{SHA}", "r.io:443", "x", "t", SHA),
        ("[::1]:5000/x:t", "[::1]:5000", "x", "t", ""),
    ],
)
def test_read_as_docker_reads_it(text, registry, repository, tag, digest):
    found = Reference.parse(text)
    assert found == Reference(registry=registry, repository=repository, tag=tag, digest=digest)


@pytest.mark.parametrize("tag", ["", ":tag"])
def test_fault_43_the_port_of_a_registry_is_no_tag(tag):
    found = Reference.parse(f"host:5000/x{tag}")
    assert (found.registry, found.repository) == ("host:5000", "x")
    assert found.tag == tag.removeprefix(":")
    assert found.familiar == f"host:5000/x{tag}"


@pytest.mark.parametrize(
    ("text", "full", "familiar"),
    [
        ("alpine", "docker.io/library/alpine", "alpine"),
        ("docker.io/library/alpine:3", "docker.io/library/alpine:3", "alpine:3"),
        ("library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("a/b:1", "docker.io/a/b:1", "a/b:1"),
        (f"ghcr.io/a@{SHA}", f"ghcr.io/a@{SHA}", f"ghcr.io/a@{SHA}"),
    ],
)
def test_full_and_familiar_names(text, full, familiar):
    found = Reference.parse(text)
    assert (str(found), found.familiar) == (full, familiar)
    assert Reference.parse(full) == Reference.parse(familiar) == found


def test_a_registry_is_asked_for_the_digest_before_the_tag_before_latest():
    assert Reference.parse(f"x:t@{SHA}").manifest == SHA
    assert Reference.parse("x:t").manifest == "t"
    assert Reference.parse("x").manifest == "latest"
    assert Reference.parse("x").is_bare
    assert not Reference.parse("x:t").is_bare
    assert not Reference.parse(f"x@{SHA}").is_bare


@pytest.mark.parametrize(
    "text",
    ["", "Alpine", "a//b", "/a", "a/", "a:", "a b", "-x", "--rm", "a@sha256:12", "a:-t", "x\n",
     "https://r.io/x", "a:b:c", "ab" * 32, "x:" + "t" * 129, "a;b", "$(id)"],
)  # fmt: skip
def test_what_is_no_name_is_refused(text):
    with pytest.raises(ValueError, match="is not the name of an image"):
        Reference.parse(text)
