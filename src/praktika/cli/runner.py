"""`python -m praktika.cli.runner`: a runner of a local run. Started by `praktika run`, not by hand.

It bypasses the command line of people: a runner starts with every run, so it loads only itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from praktika.errors import PraktikaError
from praktika.runner.loop import parent_lives
from praktika.wiring.runner import build_runner


def main(arguments: list[str]) -> int:
    """Serve until the parent ends or SIGTERM comes.

    Args:
        arguments: `--root ROOT --run RUN --parent PID NAME`.
    """
    _, root, _, run, _, parent, name = arguments
    lives = parent_lives(int(parent))
    build_runner(Path(root), run, name).serve(while_true=lives)
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
