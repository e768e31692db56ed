"""The page of a run with many tests: time from navigation to painted rows, against a floor.

    python bench/report.py [--rounds 5]

Method: for each size one run is rendered, with all tests in one job. Two pages are opened in
turns, in fresh tabs of one browser, from `file://`:

- ours, at the address of the job, so that its list of tests is the first view;
- the floor: the same JSON in the same kind of element, parsed, and 60 rows of three spans. No page
  that carries the data can do with less.

Time runs from the start of the navigation to the frame after the rows came into the document. The
figures are medians; the ratio is what counts. Sorting and filtering are timed in our page alone,
from the event to the next frame. Needs Chromium at /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from praktika.model.result import Result, Status
from praktika.report import render
from praktika.report.embed import embed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
SIZES = (1_000, 20_000, 100_000)

FLOOR = """<!doctype html><meta charset="utf-8"><title>floor</title><main id="main"></main>
<script type="application/json" id="data">%s</script>
<script>
const job = JSON.parse(document.getElementById("data").textContent).results[0];
for (const test of job.results.slice(0, 60)) {
  const row = document.createElement("div");
  row.className = "row";
  for (const text of [test.status, test.name, test.duration]) {
    const span = document.createElement("span");
    span.textContent = text;
    row.append(span);
  }
  document.getElementById("main").append(row);
}
</script>"""

WATCH = """
const watcher = new MutationObserver(() => {
  if (!document.querySelector("#main .row:not(.head)")) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.paintedAt = performance.now(); }));
});
watcher.observe(document, { childList: true, subtree: true });
"""

REACT = """async (act) => {
  const from = performance.now();
  new Function("return " + act)()();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - from;
}"""


def run_of(size: int) -> Result:
    """A run with `size` tests in one job; every 997th failed."""
    tests = tuple(
        Result(
            name=f"tests/area_{i % 40}/test_module_{i % 400}.py::TestCase::test_behaviour_{i}",
            status=Status.FAIL if i % 997 == 0 else Status.OK,
            start_time=1.7e9 + i / 100,
            duration=(i * 7919 % 1000) / 1000,
            ext={"file": f"tests/area_{i % 40}/test_module_{i % 400}.py", "line": 10 + i % 300},
        )
        for i in range(size)
    )
    job = Result(name="tests", status=Status.FAIL, results=tests)
    return Result(name="bench", status=Status.FAIL, results=(job,))


def opened(browser: Browser, url: str) -> tuple[Page, float]:
    """A tab that has painted its rows, and the milliseconds that this took."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(WATCH)
    page.goto(url)
    while not (took := page.evaluate("window.paintedAt")):
        time.sleep(0.02)
    return page, took


def measure(browser: Browser, url: str) -> tuple[float, int]:
    """Milliseconds to painted rows, and the number of elements in the document."""
    page, took = opened(browser, url)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    page.close()
    return took, nodes


def reactions(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds from an act of the reader to the next frame."""
    page, _ = opened(browser, url)
    acts = {
        "sort by name": "() => table.choose({ sort: 'name' })",
        "sort by duration": "() => table.choose({ sort: 'longest' })",
        "first filter": "() => table.choose({ q: 'behaviour_77' })",
        "next filter": "() => table.choose({ q: 'behaviour_777' })",
        "scroll to the end": "() => window.scrollTo(0, 1e9)",
    }
    took = {name: page.evaluate(REACT, act) for name, act in acts.items()}
    page.close()
    return took


def compare(browser: Browser, folder: Path, size: int, rounds: int) -> None:
    """Prints one line of the table, and for the largest size the reactions."""
    run = run_of(size)
    start = time.perf_counter()
    content = render(run)
    rendering = time.perf_counter() - start
    page, floor = folder / f"{size}.html", folder / f"{size}-floor.html"
    page.write_bytes(content)
    floor.write_bytes(FLOOR.encode() % embed(run))
    url = page.as_uri() + "#/job/tests"
    pairs = [(measure(browser, url), measure(browser, floor.as_uri())) for _ in range(rounds)]
    ours = statistics.median(mine[0] for mine, _ in pairs)
    least = statistics.median(other[0] for _, other in pairs)
    print(
        f"{size:>8,} tests  {len(content) / 1e6:6.1f} MB  render {rendering * 1000:5.0f} ms  "
        f"ours {ours:6.0f} ms  floor {least:6.0f} ms  ratio {ours / least:4.2f}  "
        f"elements {pairs[0][0][1]}"
    )
    if size == max(SIZES):
        for name, took in reactions(browser, url).items():
            print(f"{'':>8}  {name}: {took:.0f} ms")


def main() -> None:
    """Runs the comparison and prints it."""
    parser = argparse.ArgumentParser(description="Navigation to painted rows, against a floor.")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        opened(browser, "data:text/html,<main id=main><div class=row>warm</div></main>")[0].close()
        for size in SIZES:
            compare(browser, Path(folder), size, rounds)
        browser.close()


if __name__ == "__main__":
    main()
