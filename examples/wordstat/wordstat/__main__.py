"""`wordstat [FILE...]`: counts standard input, or the files."""

from __future__ import annotations

import fileinput
import sys

from wordstat.count import count


def main() -> int:
    with fileinput.input(encoding="utf-8", errors="replace") as lines:
        counts = count(lines)
    print(f"{counts.lines} lines, {counts.words} words, {counts.characters} characters")
    for word, times in counts.frequent:
        print(f"{times:6} {word}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
