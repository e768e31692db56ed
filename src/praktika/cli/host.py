"""`python -m praktika.cli.host`: keeps runners of one label. Started by `praktika serve`.

It is a process of its own because it ends whatever its runners leave, which would be the server's
other children too. It ends with its parent.
"""

from __future__ import annotations

import sys
from pathlib import Path

from praktika.cli.ending import Ending
from praktika.errors import PraktikaError
from praktika.runner.loop import parent_lives
from praktika.wiring.host import Host
from praktika.wiring.stores import open_stores


def main(arguments: list[str]) -> int:
    """Keep the runners until the parent ends or SIGTERM comes.

    Args:
        arguments: `--root ROOT --parent PID --count N --label LABEL --trust TRUST`.
    """
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    root, lives = Path(given["--root"]), parent_lives(int(given["--parent"]))
    host = Host(
        root,
        open_stores(root),
        given["--label"],
        int(given["--count"]),
        untrusted=given["--trust"] != "trusted",
    )
    with Ending() as ending:
        host.serve(while_true=lambda: ending.not_yet() and lives(), pause=ending.wait)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PraktikaError as error:
        sys.exit(f"praktika: a host of runners ended: {error}")
