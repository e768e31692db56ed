"""The table of rooms and the import contracts say the same, and every room is in both."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/architecture.md").read_text()
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)


def contract_layers() -> list[set[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (layers,) = [
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    ]
    return [{room.strip() for room in layer.split("|")} for layer in layers]


def documented_layers() -> list[set[str]]:
    rows = sorted(ROW.findall(TEXT), key=lambda row: int(row[0]))
    return [set(re.findall(r"`(\w+)`", cell)) for _, cell in rows]


def test_the_documented_layers_are_the_enforced_ones():
    assert documented_layers() == contract_layers()


def test_every_room_has_a_place_and_a_description():
    package = ROOT / "src/praktika"
    rooms = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set.union(*contract_layers())
    described = set(re.findall(r"^\| `(\w+)` \| ", TEXT, re.MULTILINE))
    assert rooms <= described


def test_decisions_are_numbered_without_gaps_and_have_their_parts():
    pages = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text().lower()
        for part in ("context", "decision", "change our mind"):
            assert part in text, f"{page.name} lacks '{part}'"


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
