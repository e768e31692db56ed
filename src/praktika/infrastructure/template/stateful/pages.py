"""Pages of the author's own. Reports need none: each of them is a page by itself."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from praktika.infrastructure.parts import storages, title_of
from praktika.infrastructure.storage import ReportPage
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, Page


def pages_prefix(slug: str) -> str:
    """What the keys of pages begin with."""
    return f"{slug}/pages/"


def add_page(page: ReportPage.Config, draft: Draft, context: Context) -> None:
    """The file, to be uploaded; nothing for the page that the predecessor brought along."""
    file = context.root / page.path
    if not file.is_file():
        return
    buckets = [one.name for one in storages(context.project)]
    bucket = page.bucket_name or buckets[0]
    draft.pages.append(
        Page(
            component=title_of(page),
            path=page.path,
            bucket=draft.names.own(bucket.removeprefix(draft.names.own(""))),
            key=pages_prefix(draft.names.slug) + PurePosixPath(page.path).name,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        )
    )
