"""What docs/bundles.md promises is so."""

import re
from pathlib import Path

from condyle.bundle import Manifest
from condyle.bundle.manifest import MAX_FILE_BYTES
from condyle.bundle.parse import MAX_MANIFEST_BYTES

TEXT = (Path(__file__).parents[2] / "docs" / "bundles.md").read_text("utf-8")


def first_cells(heading):
    part = TEXT.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_key_of_the_manifest_is_described_and_no_other():
    keys = [field.alias or name for name, field in Manifest.model_fields.items()]
    assert sorted(first_cells("## The manifest")) == sorted(keys)


def test_the_files_of_a_bundle_are_those_described(write, tmp_path):
    made = {path.name for path in write(tmp_path / "b").path.iterdir()}
    intro = TEXT.split("\n## ", 1)[0]
    assert {line.split("`")[1] for line in intro.splitlines() if line.startswith("| `")} == made


def test_the_limits_are_those_described():
    assert f"at most {MAX_FILE_BYTES // 10**6} MB" in TEXT
    assert f"over {MAX_MANIFEST_BYTES // 10**6} MB" in TEXT


def test_every_python_block_is_whole_python():
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    assert blocks
    for block in blocks:
        compile(block, "docs/bundles.md", "exec")
