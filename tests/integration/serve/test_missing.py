"""A praktika that was installed without what servers need."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "prometheus_client"])
def test_what_is_missing_is_named_with_the_way_to_get_it(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from praktika.errors import OperatorError\n"
        "from praktika.wiring import serve\n"
        "try:\n"
        "    serve._web()\n"
        "except OperatorError as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.stderr == ""
    assert missing in ran.stdout
    assert "pip install 'praktika[server]'" in ran.stdout
