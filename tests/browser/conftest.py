"""A real browser that opens the page from a file, and objects to every error and request."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from praktika.model.result import Result
from praktika.report import render

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """A browser for one module: tests that end every child of this process come later."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium, or set CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path) -> Iterator[Callable]:
    """`opened(result, address="", **context)`: the page of a result, in a tab of its own."""
    contexts, troubles, requests = [], [], []
    own: set[str] = set()

    def open_page(result: Result, address: str = "", **options):
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_bytes(render(result))
        context = browser.new_context(**({"viewport": {"width": 1200, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        page.on(
            "dialog",
            lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()),
        )
        page.on("request", lambda request: requests.append(request.url))
        own.add(path.as_uri())
        page.goto(path.as_uri() + address)
        return page

    open_page.troubles = troubles
    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
    assert [
        url
        for url in requests
        if url.split("#")[0].split("?")[0] not in own and not url.startswith("data:image/svg+xml")
    ] == []
