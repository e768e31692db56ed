"""`python -m praktika.cli.runner`: a runner of a local run. Started by `praktika run`, not by hand.

It bypasses the command line of people: a runner starts with every run, so it loads only itself.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from praktika.errors import PraktikaError
from praktika.runner.loop import parent_lives
from praktika.wiring.runner import build_runner


def main(arguments: list[str]) -> int:
    """Serve until the parent ends or SIGTERM comes.

    Args:
        arguments: `--root ROOT --run RUN NAME`.
    """
    _, root, _, run, name = arguments
    # Ctrl-C reaches the whole foreground group; the parent decides what it means. A handler that
    # does nothing, as jobs would inherit that the signal is ignored.
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    lives = parent_lives()
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
