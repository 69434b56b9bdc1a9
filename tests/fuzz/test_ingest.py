"""A few runs of the fuzzing of ingest on every machine; a long one is noted in the docs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = 400
"""Inputs tried in the tests, seeds included; the long run is started by hand."""

PROGRAM = Path(__file__).with_name("ingest.py")


@pytest.mark.needs("atheris")
def test_mutated_files_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    arguments = [f"-runs={RUNS}", "-seed=1", f"-artifact_prefix={tmp_path}/"]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", str(PROGRAM), str(tmp_path / "seeds"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stdout[-1500:] + ran.stderr[-3000:]
    assert f"Done {RUNS} runs" in ran.stderr
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
    assert (tmp_path / "seeds" / "packed.zip").is_file()
    assert len(list((tmp_path / "seeds").iterdir())) > 10
