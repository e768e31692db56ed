"""A Result's parts: finding, replacing, sorting, and keeping only what failed."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Self

from praktika.sdk.result.notes import Annotated
from praktika.sdk.result.status import severity


class Tree(Annotated):
    """An Annotated with operations on its parts."""

    def set_results(self, results: Iterable[Self]) -> Self:
        """Replace the parts; the argument is copied, the status stays."""
        self.results = list(results)
        return self._changed()

    def extend_sub_results(self, results: Iterable[Self]) -> Self:
        """Add parts at the end; the status stays."""
        self.results.extend(results)
        return self._changed()

    def get_sub_result_by_name(self, name: str, *, recursive: bool = False) -> Self | None:
        """The first part of that name, or None.

        Args:
            name: of the part.
            recursive: look at the parts of the parts, too.
        """
        nodes = (node for _, node in self.walk()) if recursive else iter(self.results)
        return next((node for node in nodes if node.name == name and node is not self), None)

    def update_sub_result(self, result: Self, *, drop_nested_results: bool = False) -> Self:
        """Put a part in the place of the one of its name, or at the end; then renew the status.

        A part that was skipped stays so when it is reported as dropped.

        Args:
            result: the new part.
            drop_nested_results: keep only its failed leaves, flattened.
        """
        part = result.to_failed_results_with_flat_leaves() if drop_nested_results else result
        for index, old in enumerate(self.results):
            if old.name == part.name:
                if not (old.is_skipped() and part.is_dropped()):
                    self.results[index] = part
                break
        else:
            self.results.append(part)
        return self.update_status()

    def sort(self, sub_result_name: str = "", *, failed_first: bool = True) -> Self:
        """Order the parts by status, otherwise keeping their order.

        Args:
            sub_result_name: order the parts of this part instead, if there is one.
            failed_first: what failed comes first; otherwise what passed.
        """
        node = self.get_sub_result_by_name(sub_result_name) if sub_result_name else self
        if node is not None:
            sign = 1 if failed_first else -1
            node.results.sort(key=lambda part: sign * severity(part.status))
        return self._changed()

    def to_failed_results_with_flat_leaves(self) -> Self:
        """A copy whose parts are the failed leaves, each with its path in `result_tree_path`.

        A part that failed by itself, without a failed part of its own, counts as a leaf.
        """
        leaves: list[Self] = []
        for path, node in self.walk():
            if node is self or not node.has_failed() or any(p.has_failed() for p in node.results):
                continue
            leaf = node.copy_without_parts()
            leaf.ext["result_tree_path"] = list(path)
            leaves.append(leaf)
        copy = self.copy_without_parts()
        copy.results = leaves
        return copy

    def has_failed(self) -> bool:
        """Whether it is settled and something has to be mended."""
        return self.is_completed() and not self.is_ok()

    def copy_without_parts(self) -> Self:
        """A copy of this node alone, not bound to any file."""
        return type(self)(
            self.name,
            self.status,
            self.start_time,
            self.duration,
            files=self.files,
            links=self.links,
            info=self.info,
            ext=deepcopy(self.ext),
        )
