"""Send many nearly right webhooks to the reception, and judge every answer.

python scripts/fuzz_webhooks.py [COUNT] [SEED]      100,000 of them, from seed 0 on
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.unit.intake.judge import fuzz  # noqa: E402 - the folder was named above

EACH = 5_000
"""Requests of one seed."""


def main(count: int = 100_000, first: int = 0) -> int:
    """Try that many; the exit code."""
    met: Counter[str] = Counter()
    start = time.monotonic()
    for number, done in enumerate(range(0, count, EACH)):
        try:
            met.update(fuzz(first + number, min(EACH, count - done)))
        except AssertionError as error:
            print(error, flush=True)
            return 1
    spent = time.monotonic() - start
    print(f"{count:,} webhooks in {spent:.0f} s: none broke anything, none got in unsigned")
    for what, times in sorted(met.items()):
        print(f"{what:>15} {times:8,}")
    return 0


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*asked))
