"""What is said about a Result besides its status: info, files, links, labels, messages."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from praktika.sdk.result.node import Node, text_of
from praktika.sdk.result.status import HINTS, Status
from praktika.sdk.stopwatch import Stopwatch


class Annotated(Node):
    """A Node whose setters return it, so that calls can be chained."""

    _stopwatch: Stopwatch | None = None

    def set_status(self, status: str | bool) -> Self:  # noqa: FBT001 - one way to say a status
        """Set the status to a word or a bool.

        Raises:
            ValueError: it is not a status.
        """
        self.status = status
        return self._changed()

    def set_success(self) -> Self:
        """Set the status to OK."""
        return self.set_status(Status.OK)

    def set_failed(self) -> Self:
        """Set the status to FAIL."""
        return self.set_status(Status.FAIL)

    def set_error(self) -> Self:
        """Set the status to ERROR."""
        return self.set_status(Status.ERROR)

    def set_info(self, info: object) -> Self:
        """Add lines to the info."""
        text = text_of(info)
        self.info = f"{self.info}\n{text}" if self.info else text
        return self._changed()

    def set_link(self, link: str) -> Self:
        """Add a URL."""
        if link and link not in self.links:
            self.links.append(str(link))
        return self._changed()

    def set_files(self, files: str | Path | Iterable[str | Path], *, strict: bool = True) -> Self:
        """Attach files, each once; the argument stays as it is.

        Args:
            files: a path or several.
            strict: whether each must be a file already.

        Raises:
            FileNotFoundError: `strict`, and some are not files; names all of them.
        """
        paths = [str(files)] if isinstance(files, str | Path) else [str(path) for path in files]
        missing = [path for path in paths if strict and not Path(path).is_file()]
        if missing:
            raise FileNotFoundError(f"not a file: {', '.join(missing)}")
        self.files.extend(path for path in dict.fromkeys(paths) if path not in self.files)
        return self._changed()

    def set_timing(self, stopwatch: Stopwatch) -> Self:
        """Take start and duration from a stopwatch; `update_duration` will go on with it."""
        self._stopwatch = stopwatch
        self.start_time = stopwatch.start_time
        self.duration = stopwatch.duration
        return self._changed()

    def update_duration(self) -> Self:
        """Let the duration reach until now, if the start is known."""
        if self._stopwatch is not None:
            self.duration = self._stopwatch.duration
        elif self.start_time is not None:
            self.duration = max(0.0, time.time() - self.start_time)
        return self._changed()

    def set_comment(self, comment: str) -> Self:
        """Set the one-line comment that the page shows beside the status."""
        return self.add_ext_key_value("comment", comment)

    def set_on_error_hook(self, hook: str) -> Self:
        """Set a line for bash that the runner executes if this job ends with ERROR."""
        return self.add_ext_key_value("on_error_hook", hook)

    def add_ext_key_value(self, key: str, value: Any) -> Self:
        """Set a key of `ext`."""
        self.ext[key] = value
        return self._changed()

    def add_warning(self, message: str, source: str = "") -> Self:
        """Add a warning that the page shows on top."""
        return self._add_message("warnings", message, source)

    def add_error(self, message: str, source: str = "") -> Self:
        """Add an error that the page shows on top."""
        return self._add_message("errors", message, source)

    def add_note(self, message: str, source: str = "") -> Self:
        """Add a note that the page shows on top."""
        return self._add_message("notes", message, source)

    def set_label(self, label: str, link: str = "", hint: str = "") -> Self:
        """Set a label, or give a set one another link or hint."""
        labels = {each["name"]: each for each in self._labels()}
        entry = {"hint": HINTS.get(label, "")} | labels.get(label, {})
        entry |= {"name": label, "link": link or entry.get("link", "")}
        entry["hint"] = hint or entry["hint"]
        labels[label] = {key: entry[key] for key in ("name", "link", "hint") if entry[key]}
        return self.add_ext_key_value("labels", list(labels.values()))

    def set_clickable_label(self, label: str, link: str) -> Self:
        """Deprecated name of `set_label` with a link."""
        return self.set_label(label, link)

    def remove_label(self, label: str) -> Self:
        """Take a label away, if it is set."""
        left = [each for each in self._labels() if each["name"] != label]
        if left:
            self.ext["labels"] = left
        else:
            self.ext.pop("labels", None)
        return self._changed()

    def has_label(self, label: str) -> bool:
        """Whether the label is set."""
        return label in self.get_labels()

    def get_labels(self) -> list[str]:
        """Names of the labels, in the order in which they were set."""
        return [each["name"] for each in self._labels()]

    def get_label_link(self, label: str) -> str:
        """The link of a label, or ""."""
        return self._label_text(label, "link")

    def get_label_hint(self, label: str) -> str:
        """The hint of a label, or ""."""
        return self._label_text(label, "hint")

    def _labels(self) -> list[dict[str, str]]:
        labels = self.ext.get("labels")
        found = labels if isinstance(labels, list) else []
        return [each for each in found if isinstance(each, dict) and "name" in each]

    def _label_text(self, label: str, key: str) -> str:
        return next((each.get(key, "") for each in self._labels() if each["name"] == label), "")

    def _add_message(self, kind: str, message: str, source: str) -> Self:
        before = self.ext.get(kind)
        entry = {"message": message, "from": source or self.name}
        return self.add_ext_key_value(kind, [*(before if isinstance(before, list) else []), entry])
