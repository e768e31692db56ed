"""What is run on the machine that becomes an image."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

from praktika.errors import AuthorError
from praktika.infrastructure.images import ImageBuilder

PYTHON: Final = "python3.12"
"""What machines run praktika with."""

VENVS: Final = "/opt/praktika/base-venvs"

_PACKAGES: Final = f"lib/{PYTHON}/site-packages"
_PLATFORM: Final = f"/opt/praktika/platform/{_PACKAGES}"

_OURS: Final = re.compile(r"praktika([-_]controller)?(-[0-9]|[=<>~! @\[]|$)")
"""Packages that every environment gets from the project's own bucket, whoever names them."""

_BEGIN: Final = "set -euo pipefail"
_GH_KEYS: Final = (
    "2C6106201985B60E6C7AC87323F3D4EA75716059",
    "7F38BBB59D064DBCB3D84D725612B36462313325",
)
"""Fingerprints of the keys that GitHub signs packages of `gh` with; any other key is refused."""

_GH_REPOSITORY: Final = "https://cli.github.com/packages"

_AMAZON_PACKAGES: Final = (
    *("awscli-2", "docker", "git", "gnupg2-minimal", "jq", "nftables", "tar", "util-linux"),
    *("python3.12", "python3.12-pip"),
)
_UBUNTU_PACKAGES: Final = (
    *("ca-certificates", "curl", "docker-buildx", "docker.io", "git", "gnupg", "jq", "nftables"),
    *("python3-boto3", "python3.12", "python3.12-venv"),
)


def system(base: str) -> list[str]:
    """The packages of the distribution, and `gh` from GitHub's signed repository."""
    if base == "ubuntu":
        key = "/etc/apt/keyrings/github-cli.gpg"
        source = f"deb [signed-by={key}] {_GH_REPOSITORY} stable main"
        return [
            _BEGIN,
            "export DEBIAN_FRONTEND=noninteractive",
            "apt-get -o DPkg::Lock::Timeout=300 update",
            f"apt-get -o DPkg::Lock::Timeout=300 install -y {' '.join(_UBUNTU_PACKAGES)}",
            *_gh_key(key, "githubcli-archive-keyring.gpg"),
            f"echo {shlex.quote(source)} > /etc/apt/sources.list.d/github-cli.list",
            "apt-get -o DPkg::Lock::Timeout=300 update",
            "apt-get -o DPkg::Lock::Timeout=300 install -y gh",
            "systemctl enable docker",
        ]
    key = "/etc/pki/rpm-gpg/github-cli"
    repository = (
        "[github-cli]\\nname=GitHub CLI\\nenabled=1\\ngpgcheck=1\\n"
        f"baseurl={_GH_REPOSITORY}/rpm\\ngpgkey=file://{key}\\n"
    )
    return [
        _BEGIN,
        f"dnf install -y {' '.join(_AMAZON_PACKAGES)}",
        *_gh_key(key, "githubcli-archive-keyring.asc"),
        f"printf {shlex.quote(repository)} > /etc/yum.repos.d/github-cli.repo",
        "dnf install -y gh",
        "systemctl enable docker",
    ]


def venv(declared: ImageBuilder.PrebuiltVenv) -> list[str]:
    """A virtual environment with its packages; behind them, it has those of the platform.

    So it has the praktika that is deployed, even where that is newer than the image.

    Raises:
        AuthorError: a package is an address of which nobody knows what lies there, or the Python is
            another one than the platform's.
    """
    if declared.python != PYTHON:
        raise AuthorError(
            text=f"{declared.KIND}:{declared.name} asks for {declared.python}; praktika's own "
            f"packages on machines are for {PYTHON}"
        )
    name, path = declared.name, declared.path or f"{VENVS}/{declared.name}"
    packages = [one for one in declared.packages if not _OURS.match(one.rpartition("/")[2])]
    python = shlex.quote(f"{path}/bin/python")
    made = [
        _BEGIN,
        f"mkdir -p {shlex.quote(path)} {VENVS}",
        f"{shlex.quote(declared.python)} -m venv {shlex.quote(path)}",
    ]
    if path != f"{VENVS}/{name}":
        made.append(f"ln -sfn {shlex.quote(path)} {shlex.quote(f'{VENVS}/{name}')}")
    if packages:
        lines = " ".join(shlex.quote(_pinned(one, declared)) for one in packages)
        hashes = "--require-hashes " * all("--hash=" in one for one in packages)
        made += [
            f"printf '%s\\n' {lines} > /tmp/praktika-packages",
            f"{python} -m pip install --no-cache-dir {hashes}-r /tmp/praktika-packages",
        ]
    return [*made, f"echo {_PLATFORM} > {shlex.quote(path)}/{_PACKAGES}/praktika.pth"]


def good(venvs: Sequence[ImageBuilder.PrebuiltVenv]) -> list[str]:
    """What has to work on a machine before it becomes an image."""
    tools = ("docker --version", "git --version", "jq --version", "gh --version")
    pythons = ("/opt/praktika/platform", *(f"{VENVS}/{one.name}" for one in venvs))
    return [
        _BEGIN,
        *tools,
        "id praktika-job",
        "test -f /etc/systemd/system/praktika-controller.service",
        *(f"{shlex.quote(place)}/bin/python -P -c 'import praktika'" for place in pythons),
    ]


def _pinned(package: str, declared: ImageBuilder.PrebuiltVenv) -> str:
    """A package as it was declared; one that is fetched from an address has a hash."""
    if "://" in package and "sha256" not in package:
        raise AuthorError(
            text=f"{declared.KIND}:{declared.name}: nobody knows what will lie at {package} when "
            "the image is made; append #sha256=… of the file"
        )
    return package


def _gh_key(place: str, name: str) -> list[str]:
    """Bring GitHub's key, and refuse it unless it is one that we know."""
    known = "|".join(_GH_KEYS)
    primary = '$1 == "pub" {at = 1} $1 == "fpr" && at {print $10; at = 0}'
    found = f"gpg --show-keys --with-colons {place} | awk -F: '{primary}'"
    return [
        f"mkdir -p {place.rpartition('/')[0]}",
        f"curl --fail --silent --show-error --proto =https -o {place} {_GH_REPOSITORY}/{name}",
        f'test -n "$({found})"',
        f"test -z \"$({found} | grep -vE '^({known})$' || true)\"",
    ]
