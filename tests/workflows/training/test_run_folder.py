"""What a run folder says of the code that made it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from condyle.workflows.training import run_folder


def test_the_commit_of_a_checkout_is_short_and_says_whether_it_was_changed():
    found = run_folder.commit()
    if found == "unknown":
        pytest.skip("this is no checkout")
    assert re.fullmatch(r"[0-9a-f]{12}(-changed)?", found)


def test_the_repository_that_an_installation_lies_in_is_not_its_own(tmp_path, monkeypatch):
    if shutil.which("git") is None:
        pytest.skip("needs git")
    home = tmp_path / ".venv" / "lib" / "condyle" / "workflows" / "training"
    home.mkdir(parents=True)
    file = home / "run_folder.py"
    file.write_text("")
    name = ["-c", "user.name=n", "-c", "user.email=e"]
    for arguments in (["init", "-q"], [*name, "commit", "-q", "--allow-empty", "-m", "theirs"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    monkeypatch.setattr(run_folder, "__file__", str(file))
    assert run_folder.commit() == "unknown"
    for arguments in (["add", "."], [*name, "commit", "-q", "-m", "now it is its own"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    assert re.fullmatch(r"[0-9a-f]{12}", run_folder.commit())
    Path(file).write_text("changed")
    assert run_folder.commit().endswith("-changed")
