"""Fails for lines that are too long; its exit code is the job's outcome."""

import sys
from pathlib import Path

LIMIT = 100


def main():
    long = [
        f"{path}:{number}: {len(line)} characters, more than {LIMIT}"
        for folder in sys.argv[1:]
        for path in sorted(Path(folder).rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LIMIT
    ]
    print("\n".join(long) or "no line is too long")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
