"""A job speaks for itself alone, whatever it writes where others look."""

from __future__ import annotations

import json


def test_row_9_a_job_cannot_speak_for_another_one(project) -> None:
    """It writes the other's Result, and claims to be it, in another run and attempt."""
    project.file(
        "mallory.py",
        """
import json, pathlib
temp = pathlib.Path("ci/tmp")
facts = json.loads((temp / "environment.json").read_text())
facts |= {"JOB_NAME": "victim", "RUN_ID": "other", "JOB_KV_DATA": {"mine": 1}}
facts["JOB_KV_DATA_BASE_KEYS"] = []
(temp / "environment.json").write_text(json.dumps(facts))
forged = {"name": "victim", "status": "FAIL", "info": "forged", "results": [], "files": []}
for name in ("result_victim.json", "result_w.json"):
    (temp / name).write_text(json.dumps(forged))
(temp / "images_built.json").write_text(json.dumps({"image": "sha256:" + "0" * 64}))
""",
    )
    project.jobs(
        """
        jobs = [
            Job(name="mallory", command="python3 mallory.py", provides=["own"]),
            Job(name="victim", command="true", run_after=["mallory"], provides=["bin"]),
        ]
        artifacts = [Artifact(name=name, type="phony") for name in ("own", "bin")]
        """
    ).commit()
    ran = project.praktika("run", "-j", "1")

    assert ran.code == 0, ran.out
    assert ran.statuses == {"mallory": "OK", "victim": "OK"}
    assert "forged" not in json.dumps(ran.job("victim"))
    assert [each["name"] for each in ran.job("mallory")["ext"]["artifacts"]] == ["own"]
    # Everything that it left is under its own name, in this run.
    kv = list((ran.folder / "kv").rglob("*.json"))
    assert len(kv) == 1
    assert kv[0].parent.name.startswith("00000-mallory")
    assert len(list((project.root / ".praktika/runs").iterdir())) == 1
