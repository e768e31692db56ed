"""From a webhook to the first command of the first job, on one machine.

    python bench/first_command.py [--rounds 15]

Method: a GitHub of the tests (REST, git over HTTP, webhooks) in this process, `praktika serve` with
two runners in another, one small repository with a pull request. In each round a commit is
pushed to the pull request. What is measured begins when the webhook is about to be sent, and ends
at the time that the job's command prints: intake with three questions to the API, fetching base,
head and their common commit, merge, compilation, keys, dispatch, checkout, the job's shell.

- floor: `git clone --depth=1` of the same repository over the same HTTP, then `bash -c date`, one
  after another in the same rounds.

GitHub's own answers take longer than those of a GitHub on this machine: each question to its API
some 50 to 200 ms more.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integration.github.town import Town, open_town, workflow

FILES = {
    "ci/workflows/pr.py": workflow("pull_request", "Unit: date +%s.%N", name="PR"),
    **{f"src/file{number}.txt": "text\n" * 20 for number in range(50)},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        open_town(Path(folder) / "town") as town,
    ):
        town.start()
        shop = town.repository(FILES)
        town.hub.commit(shop, "feature", {"src/file0.txt": "first\n"})
        pull = town.hub.open_pull(shop, head="feature")
        town.hub.limits.content_a_minute = town.hub.limits.content_an_hour = 10_000
        one_round(town, shop, pull.number, "warm-up")
        ours, floors = [], []
        for number in range(rounds):
            ours.append(one_round(town, shop, pull.number, f"{number}"))
            floors.append(floor(town, shop, Path(folder) / "clone"))
    show("webhook to first command", ours)
    show("floor: git clone --depth=1, bash -c date", floors)
    print(f"ratio of medians {statistics.median(ours) / statistics.median(floors):.1f}")


def one_round(town: Town, shop: str, number: int, text: str) -> float:
    """Seconds from the webhook to the job's command."""
    began = time.time()
    head = town.hub.push_to_pull(shop, number, {"src/file0.txt": text})
    pushed = time.time() - began
    check = town.check(shop, head, "PR", "success")
    at = float(town.output(check["external_id"]).split()[0])
    return at - began - pushed


def floor(town: Town, shop: str, place: Path) -> float:
    """Seconds of a clone and a shell."""
    url = town.hub.url(shop)
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", url, str(place)], check=True)
    subprocess.run(["bash", "-c", "date"], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    shutil.rmtree(place)
    return seconds


def show(name: str, seconds: list[float]) -> None:
    """One line of figures."""
    ms = sorted(1000 * each for each in seconds)
    print(
        f"{name:45} median {statistics.median(ms):6.0f} ms, {ms[0]:.0f} to {ms[-1]:.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
