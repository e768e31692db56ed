"""`python -m praktika.cli.runner`: a runner. Started by `praktika run` and `praktika runner`.

It bypasses the command line of people: a runner starts with every run, so it loads only itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from praktika.errors import PraktikaError
from praktika.runner.loop import parent_lives
from praktika.wiring.runner import Service, build_runner, serve_message

UNSETTLED = 75
"""The exit code of a runner whose only task is still to be dealt with, by somebody."""


def main(arguments: list[str]) -> int:
    """Serve until the parent ends or SIGTERM comes.

    Args:
        arguments: `--root ROOT --parent PID [--run RUN] [--label LABEL] [--work FOLDER]
            [--trust TRUST] [--message FILE] NAME`. With a message, that is the only task; the
            exit code is 0 if it was dealt with.
    """
    *pairs, name = arguments
    given = dict(zip(pairs[::2], pairs[1::2], strict=True))
    lives = parent_lives(int(given["--parent"]))
    service = Service(
        root=Path(given["--root"]),
        name=name,
        run=given.get("--run", ""),
        label=given.get("--label", ""),
        work=given.get("--work", ""),
        trust="untrusted" if given.get("--trust") == "untrusted" else "trusted",
    )
    if "--message" in given:
        is_done = serve_message(service, Path(given["--message"]), while_true=lives)
        return 0 if is_done else UNSETTLED
    build_runner(service).serve(while_true=lives)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PraktikaError as error:
        sys.exit(f"praktika: a runner ended: {error}")
    except Exception:  # noqa: BLE001 - the edge of the process: whatever it is, it is logged
        # Loaded only when there is something to tell.
        from praktika.wiring.logs import logger

        logger().exception("runner.failed")
        sys.exit(1)
