"""Which stores an installation uses: variables before settings, plain values only."""

from __future__ import annotations

import pytest

from praktika.errors import OperatorError
from praktika.wiring.backend import Backend, find_backend, find_installation

SETTINGS = """
BACKEND = "aws"
PROJECT_SLUG = "team"
S3_ARTIFACT_BUCKET = "team-bucket"
AWS_REGION = compute()
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "ci/settings").mkdir(parents=True)
    (tmp_path / "ci/settings/settings.py").write_text(SETTINGS)
    return tmp_path


def test_without_anything_it_is_this_machine(tmp_path):
    assert find_backend(tmp_path, {}) == Backend()


def test_settings_decide_and_are_not_executed(root):
    assert find_backend(root, {}) == Backend(kind="aws", project="team", bucket="team-bucket")


def test_variables_stand_before_settings(root):
    assert find_backend(root, {"PRAKTIKA_BACKEND": "local"}) == Backend()
    found = find_backend(root, {"PRAKTIKA_PROJECT_SLUG": "other", "PRAKTIKA_AWS_REGION": "x"})
    assert (found.project, found.region) == ("other", "x")


def test_overrides_stand_before_settings(root):
    (root / "ci/settings/my_overrides.py").write_text("BACKEND = 'local'\n")
    assert find_backend(root, {}) == Backend()


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(OperatorError, match=r"needs PROJECT_SLUG and S3_ARTIFACT_BUCKET: set it"):
        find_backend(tmp_path, {"PRAKTIKA_BACKEND": "aws"})
    with pytest.raises(OperatorError, match="there is no backend 'gcp'; BACKEND is 'local' or"):
        find_backend(tmp_path, {"PRAKTIKA_BACKEND": "gcp"})


def test_a_file_that_is_no_python_is_left_to_check(root):
    (root / "ci/settings/settings.py").write_text("BACKEND = = 'aws'")
    assert find_backend(root, {}) == Backend()


def test_an_installation_is_known_to_those_who_keep_their_own_runs_here(root, tmp_path):
    there = Backend(kind="aws", project="team", bucket="team-bucket")
    assert find_installation(root, {"PRAKTIKA_BACKEND": "local"}) == there
    (root / "ci/settings/settings.py").write_text(SETTINGS.replace("BACKEND", "OTHER"))
    assert find_backend(root, {}) == Backend()
    assert find_installation(root, {"PRAKTIKA_S3_ARTIFACT_BUCKET": "b"}).bucket == "b"
    (root / "ci/settings/settings.py").write_text("PROJECT_SLUG = 'team'")
    assert find_installation(root, {}) is None
