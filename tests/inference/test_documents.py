"""What docs/bundles.md promises of running and verifying is so."""

import re
from pathlib import Path

from condyle.inference import verify_bundle
from condyle.inference.runner import MAX_BATCH
from condyle.inference.verify import TOLERANCE

TEXT = (Path(__file__).parents[2] / "docs" / "bundles.md").read_text("utf-8")


def test_the_python_example_runs(write, capsys):
    bundle = write("store/b")
    example = re.search(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    exec(compile(example[1], "docs/bundles.md", "exec"), {})
    told = capsys.readouterr().out
    assert f"example-grading 0.3.1 {bundle.sha256}\nTrue\n('x',) ('logits', 'narrow')\n" in told


def test_the_checks_are_those_described(write):
    part = TEXT.split("## What is checked", 1)[1].split("\n## ", 1)[0]
    described = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
    assert [check.name for check in verify_bundle(write(), threads=1).checks] == described


def test_the_numbers_are_those_described():
    assert f"within {TOLERANCE:g} absolute" in TEXT
    assert f"`MAX_BATCH` ({MAX_BATCH}) items" in TEXT
