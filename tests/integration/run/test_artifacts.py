"""Artifacts of whole runs: who leaves what, who gets it, and what is refused."""

from __future__ import annotations

PIPELINE = """
artifacts = [
    Artifact(name="lib", path="out/**/*.so"),
    Artifact(name="docs", path=["docs/html", "ci/tmp/index.txt"]).add_tags({"team": "core"}),
    Artifact(name="extra", path="absent/*", optional=True, expire_days=7),
]
jobs = [
    Job(name="Build (a)", command="bash build.sh", provides=["lib", "extra"]),
    Job(name="Docs", command="bash docs.sh", provides=["docs"]),
    Job(name="one", command="bash one.sh", requires=["lib", "docs", "extra"]),
    Job(name="two", command="python3 two.py", requires=["lib", "Docs"]),
]
"""
SCRIPTS = {
    "build.sh": "mkdir -p out/a/b out/c\necho 1 > out/a/b/x.so\necho 2 > out/c/x.so\ntouch out/c/x.o",
    "docs.sh": "mkdir -p docs/html/img docs/html/none\necho hi > docs/html/img/i\necho i > ci/tmp/index.txt",
    "one.sh": "set -e\ncat out/a/b/x.so out/c/x.so docs/html/img/i ci/tmp/index.txt\n"
    "test -d docs/html/none\ntest ! -e out/c/x.o\ntest ! -e absent",
    "two.py": """
import json
from pathlib import Path
from praktika.result import Result

assert Path("out/c/x.so").read_text() == "2\\n"
assert not Path("docs").exists()
for name, stem in (("Build (a)", "build_a"), ("Docs", "docs")):
    assert Result.from_fs(name).status == "OK"
    listed = json.loads(Path(f"ci/tmp/artifact_report_{stem}.json").read_text())
    (key,) = listed["build_urls"]
    assert key.startswith("runs/") and key.endswith(".tar.zst"), key
""",
}
TAMPER = """
import sys
from pathlib import Path

(archive,) = Path(sys.argv[1]).glob(".praktika/runs/*/jobs/build-*/1/artifacts/*.tar.zst")
archive.write_bytes(archive.read_bytes()[:-1] + b"x")
"""


def test_artifacts_of_every_kind_reach_their_consumers(project):
    for name, text in SCRIPTS.items():
        project.file(name, text)
    ran = project.jobs(PIPELINE).commit().praktika("run", "W")
    assert ran.code == 0, ran.out + ran.err
    records = {
        record["name"]: record
        for job in ran.result["results"]
        for record in job["ext"].get("artifacts", [])
    }
    files = {name: record["files"] for name, record in records.items()}
    assert files == {"lib": 2, "docs": 2, "extra": 0}
    assert (records["extra"]["sha256"], records["docs"]["tags"]) == ("", {"team": "core"})
    assert {record["format"] for record in records.values()} == {"tar.zst"}
    (log,) = (ran.folder / "jobs").glob("one-*/1/job.log")
    assert log.read_text() == "1\n2\nhi\ni\n"


def test_row_10_an_artifact_that_was_tampered_with_is_refused(project):
    project.file("tamper.py", TAMPER).jobs(
        f"""
        artifacts = [Artifact(name="lib", path="lib")]
        jobs = [
            Job(name="build", command="echo 1 > lib", provides=["lib"]),
            Job(name="good", command="cat lib", requires=["lib"]),
            Job(name="tamper", command="python3 tamper.py {project.root}", run_after=["good"]),
            Job(name="bad", command="cat lib", requires=["lib"], run_after=["tamper"]),
        ]
        """
    )
    project.file("ci/settings/settings.py", "RETRY_PAUSES_S = []\n")
    ran = project.commit().praktika("run", "W")
    assert ran.statuses == {"build": "OK", "good": "OK", "tamper": "OK", "bad": "ERROR"}
    assert "artifact 'lib' is not what its producer stored" in ran.job("bad")["info"]
