"""Settings of praktika's own pipeline."""

MAIN_BRANCH = "main"
DEFAULT_LOCAL_TEST_WORKFLOW = "pull_request.py"
