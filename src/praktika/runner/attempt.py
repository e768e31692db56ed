"""One attempt, from its task to its Result.

Whatever goes wrong inside ends in a Result that says so: the only exceptions that leave `execute`
are bugs, and a store that cannot even take the Result.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from msgspec import structs

from praktika.engine.grants import WRITING
from praktika.errors import AuthorError, OperatorError, PraktikaError
from praktika.model.events import JobFinished
from praktika.model.result import Result, Status
from praktika.model.wire import WireError, encode, pretty
from praktika.patience import patiently
from praktika.runner import artifacts, attachments, environment, hooks, images, kv
from praktika.runner.access import trust
from praktika.runner.access.job_secrets import secret_variables
from praktika.runner.bench import Assignment, Bench
from praktika.runner.container import Request, run_in_container
from praktika.runner.dressing import Circumstances, dress, with_messages
from praktika.runner.evidence import gather
from praktika.runner.hold import Hold
from praktika.runner.job_files import inside, write_file
from praktika.runner.masking import masked, masked_data
from praktika.runner.outcome import FORCED, Evidence, judge, with_warning
from praktika.runner.process import Command, Exit, Limits, Mask, Stop, run
from praktika.runner.process.disk import Disks
from praktika.runner.reports import summary
from praktika.runner.retest import FAILED_TESTS, earlier_result, failed_tests, merged
from praktika.runner.so_far import workflow_so_far
from praktika.runner.sources import Sources
from praktika.runner.user import acting
from praktika.runner.user.lodging import fence, furnish, hand_over, lodged, quiet
from praktika.runner.workspace import remove
from praktika.runner.written import on_error_hook, running
from praktika.sdk.names import result_path

__all__ = ["REASON", "Assignment", "Bench", "execute"]

REASON, _VERDICT = 2_000, 40
"""Characters of what an event tells: it is one message, and jobs write what they like."""


def execute(bench: Bench, assignment: Assignment, hold: Hold, stop: Stop) -> JobFinished:
    """Run the attempt and store its Result; the event that tells of it.

    Raises:
        LeaseLost: it is not ours any more; nothing was stored that others look at.
    """
    attempt = _Attempt(bench, assignment, hold, stop)
    at = bench.clock.now()
    began = bench.clock.monotonic()
    with patiently(lambda: bench.blobs.stream(f"{assignment.prefix}/job.log")) as log:
        result = masked(attempt.run(log), attempt.mask)
    circumstances = Circumstances(
        job=assignment.job,
        names={job.key: job.name for job in assignment.plan.jobs},
        command=attempt.line,
        attempt=assignment.task.attempt,
        runner=bench.name,
        log=f"jobs/{assignment.task.job}/{assignment.task.attempt}/job.log",
        end=attempt.end,
        stored=tuple(attempt.stored),
        start_time=at,
        duration=bench.clock.monotonic() - began,
    )
    reason = _in_one_line(result)
    result = dress(result, replace(circumstances, reason=reason))
    data = pretty(result)
    hold.confirm()  # outputs and hooks may have taken long
    patiently(lambda: bench.blobs.put(f"{assignment.prefix}/result.json", data))
    return JobFinished(
        at=bench.clock.now(),
        job=assignment.task.job,
        attempt=assignment.task.attempt,
        status=result.status,
        reason=reason,
        provided=tuple(record.name for record in attempt.stored),
        stored=tuple(record.stored for record in attempt.stored),
        is_forced=result.status.is_ok and result.ext.get(FORCED) is True,
        blocks=not result.ext.get("do_not_block_pipeline_on_failure", False),
        verdict=str(result.ext.get("verdict", ""))[:_VERDICT],
        runner=bench.name,
    )


def _in_one_line(result: Result) -> str:
    """Why the attempt did not go well, or ""; short enough for a message (security 22)."""
    if result.status.is_ok:
        return ""
    said = str(result.ext.get("reason") or result.info.strip().split("\n", 1)[0])
    told = said or (summary(result.results) if result.results else "")
    return told if len(told) <= REASON else f"{told[: REASON - 1]}…"


class _Attempt:
    """The stages of an attempt, and what they leave for the next one."""

    def __init__(self, bench: Bench, assignment: Assignment, hold: Hold, stop: Stop) -> None:
        self.bench = bench
        self.hold = hold
        self.assignment = assignment
        self.job = assignment.job
        self.stop = stop
        self.end: Exit | None = None
        self.stored: list[artifacts.Record] = []
        self.earlier: Result | None = None
        self.mask = Mask()
        self.inherited = bench.inherited

    def run(self, log: BinaryIO) -> Result:
        """The Result of the attempt, before it is dressed with its circumstances."""
        run_file = self.assignment.run_file
        # The last part of the path is what many tools call the project.
        own = f"{self.assignment.task.job[-10:]}-{self.assignment.task.attempt}"
        name = PurePosixPath(run_file.name).name or "source"
        # A place of its own for each attempt: what one could not remove troubles no other.
        place = self.bench.work / self.bench.name / own / name
        try:
            trust.check(self.bench.trust, run_file.facts.trust)
            if self.bench.unable:
                raise AuthorError(text=self.bench.unable)
            with (
                self._purse(),
                self._sources().workspace_for(
                    run_file, place, submodules=self.job.needs_submodules
                ) as here,
                lodged(self.bench.user),
            ):
                return self._in(here, log)
        except (OSError, PraktikaError, WireError) as error:
            self.stored.clear()
            evidence = Evidence(exit=None, trouble=f"the job could not run: {error}")
            result = judge(self.job, evidence)
            if isinstance(error, AuthorError):  # another runner could not run it, either
                result = structs.replace(result, ext={**result.ext, "verdict": "author"})
            return result
        finally:
            remove(place.parent)  # with what a process that was killed has left in it

    @property
    def _is_untrusted(self) -> bool:
        return self.assignment.run_file.facts.trust == "untrusted"

    def _purse(self) -> AbstractContextManager[None]:
        """Tokens of the forge are for this attempt in the block, and end with it."""
        wallet = self.bench.wallet
        return wallet.opened(self.assignment.task) if wallet else nullcontext()

    def _secrets(self) -> dict[str, str]:
        """The variables with declared secrets; code of strangers has none."""
        if self._is_untrusted:
            return {}
        declared = images.secrets_for(self.assignment.plan, self.job)
        found = patiently(lambda: secret_variables(self.bench.secrets, declared))
        if self.bench.wallet is not None and self.job.config.get("enable_gh_auth") is True:
            repository = self.assignment.run_file.facts.repository
            # What the `gh` program and most others read.
            found["GH_TOKEN"] = self.bench.wallet.token(repository, WRITING)
        return found

    def _sources(self) -> Sources:
        bench = self.bench
        return Sources(blobs=bench.blobs, unpacked=bench.sources, checkouts=bench.checkouts)

    def _in(self, here: Path, log: BinaryIO) -> Result:
        user = self.bench.user
        full = Disks((os.fspath(here),), self.bench.limits.disk_reserve).complaint()
        if full:
            raise OperatorError(full)
        self.inherited = self._environment(here)
        setting = self._prepare(here)
        own = self._secrets()
        self.mask = Mask(own.values())
        own |= self._failed_tests(setting)
        variables = environment.variables(setting, self.inherited)
        base = Command(line="", cwd=here, env=variables | own, user=user, mask=self.mask)
        limits = replace(self.bench.limits, timeout=self.job.timeout)
        hand_over(user, here)
        before = hooks.run_all(self.job.pre_hooks, base, log, limits, self.stop)
        command = replace(base, line=self.line, cleanup=self.job.cleanup)
        self.end = self._run(command, environment.own(setting) | own, log, limits)
        self.hold.confirm()
        quiet(user)
        with acting(user):
            evidence = gather(self.job, self.end, here, self._result_path(setting))
        result = self._judge(evidence, here, setting)
        # Read before the file is written anew.
        is_boxed = bool(self.job.run_in_docker)
        may_add = result.status is Status.ERROR and not (is_boxed and self._is_untrusted)
        # It runs on this machine, which a stranger's job in a container is not on.
        with acting(user):
            last = (on_error_hook(self._result_path(setting)),) if may_add else ()
        result = attachments.keep(
            self.bench.blobs,
            result,
            attachments.Desk(
                workspace=here,
                prefix=f"{self.assignment.prefix}/files",
                within=here.parent if is_boxed or self._is_untrusted else None,
                user=user,
            ),
        )
        # From here on the outcome is known; nothing that goes wrong may replace it.
        path, data = self._result_path(setting), encode(result)
        result = self._warned(result, lambda: self._write(path, data))
        lines = (*filter(None, last), *self.job.post_hooks)
        if user is None:  # nobody else can have removed it
            here.mkdir(parents=True, exist_ok=True)
        after = hooks.run_all(lines, base, log, limits, self.stop)
        quiet(user)
        with acting(user):
            document = environment.read_back(setting.temp)
        document = masked_data(document, self.mask)
        plan, task = self.assignment.plan, self.assignment.task
        result = self._warned(result, lambda: kv.publish(self.bench.blobs, plan, task, document))
        return hooks.attach(with_messages(result, document), before, after)

    def _environment(self, here: Path) -> Mapping[str, str]:
        """What jobs get of the runner's environment, and where its user's folders are."""
        user, inherited = self.bench.user, self.bench.inherited
        if user is not None:
            work = self.bench.work
            passed = (work, work / self.bench.name, here.parent)
            fence(passed=passed, closed=(self.bench.sources,))
            return trust.inherited_by_strangers(inherited) | furnish(user, here)
        if not self._is_untrusted:
            return inherited
        home = here.with_name(f"{here.name}.home")
        home.mkdir()
        return trust.inherited_by_strangers(inherited) | {"HOME": os.fspath(home)}

    def _write(self, path: Path, data: bytes) -> None:
        with acting(self.bench.user):
            write_file(path, data)

    def _run(
        self, command: Command, values: Mapping[str, str], log: BinaryIO, limits: Limits
    ) -> Exit:
        """Run the command here, or in a container in which there are no variables but `values`."""
        if not self.job.run_in_docker:
            return run(command, log, limits, self.stop)
        request = Request(
            task=self.assignment.task,
            plan=self.assignment.plan,
            wanted=self.job.run_in_docker,
            command=command,
            values=values,
            owner=self.bench.owner,
            library=self.bench.library,
            folder=self.bench.work / self.bench.name,
            inherited=trust.of_docker(self.bench.inherited) if command.user else self.inherited,
            trust=self.assignment.run_file.facts.trust,
            login=self._log_in,
        )
        return run_in_container(request, log, limits, self.stop)

    def _log_in(self, image: str) -> AbstractContextManager[Mapping[str, str]]:
        """Let images be pulled with the team's login, but for the code of strangers."""
        if self._is_untrusted:
            return nullcontext({})
        place = self.bench.work / self.bench.name
        # Loaded only where an image is pulled: it takes longer than the rest of the runner.
        login = importlib.import_module("praktika.runner.container.login")
        opened = login.logged_in(self.assignment.plan, self.bench.secrets, place, image)
        return cast("AbstractContextManager[Mapping[str, str]]", opened)

    @property
    def line(self) -> str:
        """What is run: the job's command, or the one for failed tests."""
        return self.job.rerun_command if self.earlier else self.job.command

    def _failed_tests(self, setting: environment.Setting) -> dict[str, str]:
        """Variables that name the tests to run again, which are written to a file."""
        self.earlier = earlier_result(self.bench.blobs, self.assignment.task)
        if self.earlier is None:
            return {}
        path = setting.temp / FAILED_TESTS
        names = "".join(f"{name}\n" for name in failed_tests(self.earlier))
        write_file(path, names.encode("utf-8", "replace"))
        return {"PRAKTIKA_FAILED_TESTS": os.fspath(path)}

    def _warned(self, result: Result, action: Callable[[], None]) -> Result:
        try:
            action()
        except (OSError, PraktikaError) as error:
            return with_warning(result, f"after the command: {error}")
        return result

    def _prepare(self, here: Path) -> environment.Setting:
        plan = self.assignment.plan
        temp_dir = str(plan.settings.get("TEMP_DIR") or "./ci/tmp")
        temp = inside(here, temp_dir, "TEMP_DIR")
        inputs = inside(here, str(plan.settings.get("INPUT_DIR") or temp_dir), "INPUT_DIR")
        setting = environment.Setting(
            task=self.assignment.task,
            plan=plan,
            job=self.job,
            facts=self.assignment.run_file.facts,
            temp=temp,
            owner=self.bench.owner,
            library=self.bench.library,
        )
        scene = artifacts.Scene(
            blobs=self.bench.blobs,
            task=self.assignment.task,
            plan=plan,
            workspace=here,
            inputs=inputs,
            now=self.bench.clock.now(),
        )
        artifacts.bring_all(scene, self.job)
        known = kv.collect(self.bench.blobs, self.assignment.task.run)
        environment.write(setting, known)
        environment.write_inputs(setting, here)
        private = Path(self.inherited["TMPDIR"]) if self.bench.user else here.parent
        images.write_order(setting, self.inherited, private)
        if self.job.always_run:
            so_far = workflow_so_far(self.bench.blobs, self.assignment.task.run, plan)
            write_file(Path(result_path(plan.workflow, os.fspath(temp))), encode(so_far))
        start = running(self.job.name, self.bench.clock.now())
        write_file(self._result_path(setting), encode(start))
        return setting

    def _judge(self, evidence: Evidence, here: Path, setting: environment.Setting) -> Result:
        """The Result; outputs are stored only if the job went well, and may spoil it."""
        result = self._with_earlier(judge(self.job, evidence))
        if not result.status.is_ok:
            return result
        kept = artifacts.store_all(
            self.bench.blobs,
            self.assignment.task,
            self.assignment.plan,
            self.job,
            workspace=here,
            now=self.bench.clock.now(),
            user=self.bench.user,
        )
        with acting(self.bench.user):
            made, unmade = images.built(setting)
        self.stored.extend((*kept.records, *made))
        missing = (*kept.missing, *unmade)
        spoilt = replace(evidence, missing=missing, trouble=kept.trouble)
        return self._with_earlier(judge(self.job, spoilt))

    def _with_earlier(self, result: Result) -> Result:
        """The Result with the tests that were not run again, if only some were."""
        return merged(self.earlier, result) if self.earlier else result

    def _result_path(self, setting: environment.Setting) -> Path:
        return Path(result_path(self.job.name, os.fspath(setting.temp)))
