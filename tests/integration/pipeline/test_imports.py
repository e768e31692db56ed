"""What importing costs, and that job scripts need the standard library only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from praktika.adapters.local.sandbox import LocalSandbox

SOURCE = Path(__file__).parents[3] / "src"


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "from praktika import Artifact, CloudInfrastructure, Docker, Job, Secret, Settings, Workflow",
        "from praktika.infrastructure import Components, VPC",
        "from praktika.settings import Settings; from praktika.secret import Secret",
        "from praktika.pipeline.load.loader import load",
        "import praktika.pipeline.native, praktika.native_jobs",
    ],
)
def test_authors_need_the_standard_library_only(statement):
    third_party = ("msgspec", "click", "rich", "structlog", "psutil", "rpds")
    block = "".join(f"sys.modules[{name!r}] = None; " for name in third_party)
    run(f"import sys; {block}{statement}")


def test_importing_the_package_imports_nothing_else_of_it():
    loaded = run("import sys, praktika; print(sorted(m for m in sys.modules if 'praktika' in m))")
    assert loaded == "['praktika']\n"


def test_declarations_import_nothing_that_is_slow():
    slow = ("inspect", "dataclasses", "pathlib", "asyncio", "subprocess", "logging", "tempfile")
    code = "import sys; before = set(sys.modules); from praktika import Job, Workflow, Artifact, Docker; "
    loaded = run(f"{code}print([m for m in {slow} if m in sys.modules and m not in before])")
    assert loaded == "[]\n"


def test_fault_60_importing_settings_reads_no_file(tmp_path):
    file = tmp_path / "ci" / "settings" / "settings.py"
    file.parent.mkdir(parents=True)
    file.write_text("raise SystemExit('read')")
    run(f"import os; os.chdir({str(tmp_path)!r}); import praktika.settings, praktika.sdk.settings")


def test_a_plan_names_the_files_that_its_declaration_was_read_from(tmp_path, write):
    write("ci/settings/settings.py", "MAIN_BRANCH = 'main'\n")
    write("ci/defs/names.py", "NAME = 'a'\n")
    write("ci/jobs/script.py", "raise SystemExit(1)\n")
    write(
        "ci/workflows/main.py",
        """
        from praktika import Job, Workflow
        from ci.defs.names import NAME
        WORKFLOWS = [Workflow(name="w", event="push", jobs=[Job(name=NAME, command="true")])]
        """,
    )
    (plan,) = LocalSandbox().compile(tmp_path).plans
    assert plan.declared_in == (
        "ci/defs/names.py",
        "ci/settings/settings.py",
        "ci/workflows/main.py",
    )
