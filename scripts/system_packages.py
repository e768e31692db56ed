"""Install the Debian packages that some tests need, where that is allowed.

Elsewhere those tests are skipped, and the skips are counted and named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# program -> its packages
NEEDED = {
    "chromium": ["chromium", "fonts-dejavu-core"],
    "zstd": ["zstd"],
    "dockerd": ["docker.io"],
    "docker-registry": ["docker-registry"],
    "busybox": ["busybox-static"],
    # Docker brings them only where recommended packages are installed, too.
    "nft": ["nftables"],
    "iptables": ["iptables"],
    "ip": ["iproute2"],
    "systemd-analyze": ["systemd"],
}


def main() -> int:
    """Install what is missing; never fails, as a missing package only skips tests."""
    missing = [
        package
        for program, packages in NEEDED.items()
        if shutil.which(program) is None
        for package in packages
    ]
    if not missing:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"not installed (needs root and apt-get), so some tests will be skipped: {missing}")
        return 0
    print(f"installing {', '.join(missing)} ...", flush=True)
    apt_get("update", "-qq")
    if apt_get("install", "-y", "-qq", "--no-install-recommends", *missing) != 0:
        print(f"could not be installed, so some tests will be skipped: {missing}")
    return 0


def apt_get(*arguments: str) -> int:
    """The exit code of apt-get, which asks nothing and says only what went wrong."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    return subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
