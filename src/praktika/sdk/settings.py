"""Settings: names that a repository sets in `ci/settings/*.py`, and what holds where it does not.

Nothing is read when this module is imported. `Settings.NAME` reads on first use: from the JSON
file that the environment variable PRAKTIKA_SETTINGS names (a running job has one), else from the
repository around the working directory. `load` reads from a given root, wherever it is called.

`settings.py` is executed first, then the other files in sorted order, `*_overrides.py` last; the
last value of a name counts.
"""

# ruff: noqa: PTH110, PTH118, PTH119, PTH123, PTH208 - pathlib costs start-up time

from __future__ import annotations

import importlib.util
import json
import os
import sys
from types import ModuleType
from typing import Any, ClassVar

DIRECTORY = os.path.join("ci", "settings")
VARIABLE = "PRAKTIKA_SETTINGS"

DEFAULTS: dict[str, Any] = {
    "BACKEND": "",
    "PROJECT_SLUG": "",
    "MAIN_BRANCH": "main",
    "CI_PATH": "./ci",
    "WORKFLOW_PATH_PREFIX": "./.github/workflows",
    "PRAKTIKA_PACKAGE": "",
    "WORKFLOWS_DIRECTORY": "./ci/workflows",
    "SETTINGS_DIRECTORY": "./ci/settings",
    "CI_CONFIG_JOB_NAME": "Config Workflow",
    "FINISH_WORKFLOW_JOB_NAME": "Finish Workflow",
    "DOCKER_BUILD_ARM_LINUX_JOB_NAME": "Dockers Build (arm)",
    "DOCKER_BUILD_AMD_LINUX_JOB_NAME": "Dockers Build (amd)",
    "DOCKER_BUILD_AMD_LINUX_AND_MERGE_JOB_NAME": "Dockers Build (amd and manifest)",
    "DOCKER_BUILD_MANIFEST_JOB_NAME": "Dockers Build (multiplatform manifest)",
    "ENABLE_MULTIPLATFORM_DOCKER_IN_ONE_JOB": False,
    "DOCKER_MERGE_RUNS_ON": None,
    "DOCKER_BUILD_ARM_RUNS_ON": None,
    "DOCKER_BUILD_AMD_RUNS_ON": None,
    "CI_CONFIG_RUNS_ON": None,
    "READY_FOR_MERGE_CUSTOM_STATUS_NAME": "",
    "VALIDATE_FILE_PATHS": True,
    "DISABLED_WORKFLOWS": None,
    "ENABLED_WORKFLOWS": None,
    "DEFAULT_LOCAL_TEST_WORKFLOW": "",
    "MAX_RETRIES_S3": 3,
    "MAX_RETRIES_GH": 3,
    "MAX_RETRIES_ORCHESTRATOR": 3,
    "HEARTBEAT_INTERVAL_S": 30,
    "RUNNER_PICKUP_TIMEOUT_S": 3600,
    "RUNNER_OVERTIME_S": 600,
    "RETRY_PAUSES_S": [1, 10],
    "HEARTBEAT_TIMEOUT_S": 300,
    "S3_ARTIFACT_BUCKET": "",
    "ARTIFACT_MAX_BYTES": 256 << 30,
    "ARTIFACT_MAX_FILES": 1_000_000,
    "S3_REPORT_BUCKET": "",
    "S3_UPSTREAM_REPORT_BUCKET": "",
    "CACHE_S3_PATH": "",
    "CACHE_VERSION": 1,
    "CACHE_EXPIRE_DAYS": 30,
    "CACHE_DIGEST_LEN": 20,
    "CACHE_LOCAL_PATH": "{TEMP_DIR}/ci_cache",
    "S3_BUCKET_TO_HTTP_ENDPOINT": {},
    "TEXT_CONTENT_EXTENSIONS": [".txt", ".log"],
    "COMPRESS_THRESHOLD_MB": 0,
    "HTML_PAGE_FILE": "",
    "TEMP_DIR": "./ci/tmp",
    "OUTPUT_DIR": "{TEMP_DIR}",
    "INPUT_DIR": "{TEMP_DIR}",
    "PYTHON_INTERPRETER": "python3",
    "PYTHON_PACKET_MANAGER": "pip3",
    "ENVIRONMENT_VAR_FILE": "{TEMP_DIR}/environment.json",
    "RUN_LOG": "{TEMP_DIR}/job.log",
    "ENV_SETUP_SCRIPT": "{TEMP_DIR}/praktika_setup_env.sh",
    "WORKFLOW_JOB_FILE": "{TEMP_DIR}/workflow_job.json",
    "WORKFLOW_STATUS_FILE": "{TEMP_DIR}/workflow_status.json",
    "WORKFLOW_INPUTS_FILE": "{TEMP_DIR}/workflow_inputs.json",
    "ARTIFACT_URLS_FILE": "{TEMP_DIR}/artifact_urls.json",
    "USE_CUSTOM_GH_AUTH": False,
    "SECRET_GH_APP": "gh-app",
    "GH_AUTH_LAMBDA_NAME": "",
    "GH_AUTH_LAMBDA_REGION": "",
    "ENABLE_SUBMODULE_CACHE": False,
    "SECRET_DOCKER_REGISTRY": "",
    "DOCKER_INSECURE_REGISTRIES": [],
    "SECRET_CI_DB_CONNECTION": "",
    "CI_DB_DB_NAME": "",
    "CI_DB_TABLE_NAME": "",
    "CI_DB_INSERT_TIMEOUT_SEC": 20,
    "CI_DB_QUERY_TIMEOUT_SEC": 60,
    "CI_DB_READ_USER": "",
    "CI_DB_READ_URL": "",
    "TEST_FAILURE_PATTERNS": None,
    "KEEPER_STRESS_METRICS_DB_NAME": "",
    "KEEPER_STRESS_METRICS_TABLE_NAME": "",
    "CLOUD_INFRASTRUCTURE_CONFIG_PATH": "./ci/infrastructure/projects.py",
    "AWS_REGION": "",
    "AWS_ACCOUNT_ID": "",
    "AWS_PROFILE": "",
    "EVENT_FEED_S3_PATH": "",
    "PRAKTIKA_BASE_VENV": "",
    "PRAKTIKA_OVERLAY": "",
}

# Names that earlier versions had: what to write instead, or "" where nothing is needed any more.
GONE: dict[str, str] = {
    "S3_ARTIFACT_PATH": "S3_ARTIFACT_BUCKET",
    "HTML_S3_PATH": "S3_REPORT_BUCKET",
    "DOCKERHUB_USERNAME": "SECRET_DOCKER_REGISTRY",
    "DOCKERHUB_SECRET": "SECRET_DOCKER_REGISTRY",
    "DOCKER_BUILD_RUNS_ON": "DOCKER_BUILD_AMD_RUNS_ON",
    "DOCKER_BUILD_AND_MERGE_RUNS_ON": "DOCKER_MERGE_RUNS_ON",
    "SECRET_CI_DB_URL": "SECRET_CI_DB_CONNECTION",
    "SECRET_CI_DB_USER": "SECRET_CI_DB_CONNECTION",
    "SECRET_CI_DB_PASSWORD": "SECRET_CI_DB_CONNECTION",
    "SECRET_GH_APP_ID": "SECRET_GH_APP",
    "SECRET_GH_APP_PEM_KEY": "SECRET_GH_APP",
    "ENABLE_ARTIFACTS_REPORT": "",
    "PYTHON_VERSION": "",
    "PYTHONPATHS": "",
    "INSTALL_PYTHON_FOR_NATIVE_JOBS": "",
    "INSTALL_PYTHON_REQS_FOR_NATIVE_JOBS": "",
}
_SAME_VALUE = (
    "S3_ARTIFACT_PATH",
    "HTML_S3_PATH",
    "DOCKER_BUILD_RUNS_ON",
    "DOCKER_BUILD_AND_MERGE_RUNS_ON",
)


def files(root: str) -> list[str]:
    """The repository's settings files, in the order in which they are executed."""
    folder = os.path.join(root, DIRECTORY)
    try:
        found = os.listdir(folder)
    except OSError:
        return []
    names = [name for name in found if name.endswith(".py") and name != "__init__.py"]
    names.sort(key=lambda name: (name.endswith("_overrides.py"), name != "settings.py", name))
    return [os.path.join(folder, name) for name in names]


def execute(path: str) -> dict[str, Any]:
    """The names that a settings file defines.

    The file becomes the module `ci.settings.<its name>`, so that what the author imports from
    there is the same. The root must be on `sys.path` if it imports from `ci`.
    """
    return vars(module_of(path, "ci.settings." + os.path.basename(path).removesuffix(".py")))


def module_of(path: str, name: str) -> ModuleType:
    """The module of that name and file; executed now, unless it has been imported already."""
    module = sys.modules.get(name)
    if module is not None and getattr(module, "__file__", None) == path:
        return module
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)  # as the import statement does
        raise
    return module


def combine(namespaces: list[dict[str, Any]]) -> dict[str, Any]:
    """All settings by name, from what the files define.

    Paths that start with TEMP_DIR follow it, unless a file sets them itself.
    """
    given: dict[str, Any] = {}
    for namespace in namespaces:
        given.update((name, namespace[name]) for name in (*DEFAULTS, *GONE) if name in namespace)
    for older in _SAME_VALUE:
        if older in given:
            given.setdefault(GONE[older], given[older])
    values = {**DEFAULTS, **given}
    for name, default in DEFAULTS.items():
        if name not in given and isinstance(default, str) and "{TEMP_DIR}" in default:
            values[name] = default.replace("{TEMP_DIR}", str(values["TEMP_DIR"]))
    return values


def load(root: str) -> dict[str, Any]:
    """All settings of the repository at `root`, by name. What its files raise, goes through."""
    root = os.path.abspath(root)  # noqa: PTH100 - as above
    added = [path for path in (root, os.path.join(root, "ci")) if path not in sys.path]
    sys.path[:0] = added
    try:
        return combine([execute(path) for path in files(root)])
    finally:
        for path in added:
            sys.path.remove(path)


def root_around(path: str) -> str:
    """The repository that holds a path: the nearest folder upwards with `ci/` parts or `.git`."""
    here = path = os.path.abspath(path)  # noqa: PTH100 - as above
    while True:
        for mark in (DIRECTORY, os.path.join("ci", "workflows"), ".git"):
            if os.path.exists(os.path.join(here, mark)):
                return here
        here, tail = os.path.split(here)
        if not tail:
            return path


class _Reading(type):
    """Looks a setting up when it is asked for."""

    _values: dict[str, Any] | None = None

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if cls._values is None:
            cls._values = _read()
        try:
            return cls._values[name]
        except KeyError:
            raise AttributeError(f"there is no setting '{name}'") from None

    def __dir__(cls) -> list[str]:
        return sorted(DEFAULTS)


class Settings(metaclass=_Reading):
    """The settings of the repository at hand: `Settings.TEMP_DIR`."""

    _values: ClassVar[dict[str, Any] | None] = None


def remember(values: dict[str, Any]) -> None:
    """Let `Settings` give these values from now on."""
    Settings._values = values  # noqa: SLF001 - this module's own


def forget() -> None:
    """Let `Settings` read anew when it is used next."""
    Settings._values = None  # noqa: SLF001 - this module's own


def _read() -> dict[str, Any]:
    path = os.environ.get(VARIABLE)
    if path:
        try:
            with open(path, encoding="utf-8") as file:
                return {**combine([]), **dict(json.load(file))}
        except (OSError, ValueError, TypeError):
            pass  # a job may have deleted it; the repository still knows
    return load(root_around(os.getcwd()))  # noqa: PTH109 - as above
