"""One package of a `go test -json` stream: its tests under way, its output, its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from praktika.model.result import Status
from praktika.runner.reports.cases import Case, Cases
from praktika.runner.reports.go_text import place_in, says_unbuilt, told_by_test
from praktika.runner.reports.raw.text import Excerpt, moment, seconds

_PACKAGE_OUTPUT = 8 * 1024
_NAMED = 10


@dataclass(slots=True)
class _Test:
    """A test that has begun."""

    start: float | None = None
    text: Excerpt = field(default_factory=Excerpt)


class Package:
    """What became of one package; it may run more than once (gotestsum repeats failed tests)."""

    def __init__(self, name: str, cases: Cases) -> None:
        self.name = name
        self.is_running = False
        self.did_not_build = False
        self._cases = cases
        self._open: dict[str, _Test] = {}
        self._text = Excerpt(_PACKAGE_OUTPUT)
        self._any_failed = False
        self._failed_below: dict[str, list[str]] = {}
        self._said_unbuilt = False
        self._this_run: dict[str, int] = {}
        self._earlier_runs: dict[str, int] = {}

    def begin(self, test: str, time: object) -> None:
        """The package, or one of its tests, begins."""
        self.is_running = True
        self._said_unbuilt = False
        if test:
            self._open[test] = _Test(start=moment(time))

    def output(self, test: str, text: str) -> None:
        """A test, or the package for itself, printed something."""
        self.is_running = True
        if test:
            if told_by_test(text):
                self._open.setdefault(test, _Test()).text.add(text)
        else:
            self.did_not_build = self.did_not_build or says_unbuilt(text)
            self._text.add(text)

    def outcome(self, test: str, status: Status, elapsed: object) -> None:
        """A test has ended."""
        info = ""
        begun = self._open.pop(test, None) or _Test()
        if status is not Status.OK:
            info = str(begun.text)
        if status is Status.FAIL:
            info = info or self._why(test)
            self._note_failure(test)
        self._conclude(test, begun, status, info=info, duration=seconds(elapsed))

    def end(self, status: Status | None) -> None:
        """The package has ended, or (None) the stream has, while it ran."""
        for test, begun in list(self._open.items()):
            if status is Status.OK or (status is Status.SKIPPED):
                self._conclude(test, begun, Status.OK)
                continue
            begun.text.add("This test began and never ended.")
            self._any_failed = True
            self._conclude(test, begun, Status.ERROR, info=str(begun.text))
        if status is Status.FAIL and not self._any_failed:
            # TestMain, a data race at exit, os.Exit in a test ...
            self._add_itself(Status.FAIL, str(self._text))
        self._forget_run()

    def end_unbuilt(self, what: str) -> None:
        """The package did not compile, so none of its tests ran."""
        if not self._said_unbuilt:
            self._add_itself(Status.ERROR, f"{what.rstrip()}\n{self._text}")
        self._forget_run()
        self._said_unbuilt = True

    def _conclude(
        self,
        test: str,
        begun: _Test,
        status: Status,
        *,
        info: str = "",
        duration: float | None = None,
    ) -> None:
        file, line = place_in(info)
        case = Case(
            name=f"{self.name}.{test}" if self.name else test,
            status=status,
            start=begun.start,
            duration=duration,
            info=info,
            file=file,
            line=line,
            classname=self.name,
        )
        self._keep(test, case)

    def _add_itself(self, status: Status, info: str) -> None:
        name = self.name or "(package)"
        self._keep("", Case(name=name, status=status, info=info, classname=self.name))

    def _keep(self, test: str, case: Case) -> None:
        if test in self._earlier_runs:
            self._cases.rerun(self._earlier_runs[test], case)
        else:
            self._this_run[test] = self._cases.add(case)

    def _note_failure(self, test: str) -> None:
        self._any_failed = True
        parent, slash, _ = test.rpartition("/")
        below = self._failed_below.setdefault(parent, []) if slash else []
        if len(below) < _NAMED:
            below.append(test)

    def _why(self, test: str) -> str:
        """Why a test failed that printed nothing: its subtests, as far as they failed."""
        below = self._failed_below.get(test, ())
        return f"Failed: {', '.join(below)}" if below else ""

    def _forget_run(self) -> None:
        self.is_running = False
        self.did_not_build = False
        self._open.clear()
        self._text = Excerpt(_PACKAGE_OUTPUT)
        self._any_failed = False
        self._failed_below.clear()
        self._earlier_runs.update(self._this_run)
        self._this_run.clear()
