"""The clock of this machine."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


class SystemClock:
    """A `Clock` whose monotonic reading is the same in every process of this machine."""

    def now(self) -> float:
        """Seconds since the epoch; may jump."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back; they begin anew when the machine boots."""
        return time.monotonic()


def boot_id() -> str:
    """What tells one boot of this machine from another, or "" where nothing does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _ask_darwin()


def _ask_darwin() -> str:
    try:
        answer = subprocess.run(
            ["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()
