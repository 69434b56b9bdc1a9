"""What the documents tell a reader to type works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_COMMANDS = ("bash", "sh", "console", "python", "")
_KINDS = ("run", "serve", "long")
_FENCE = re.compile(r"(?:<!-- (\w+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEEDED = ("Makefile", "pyproject.toml", "constraints.txt", "README.md", "LICENSE", "src", ".venv")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document: how it is tagged, its language and its text."""

    kind: str
    language: str
    text: str


def documents() -> list[Path]:
    first = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md"]
    return [*first, *sorted((_ROOT / "docs").rglob("*.md"))]


def blocks_of(text: str) -> list[Block]:
    found = (Block(m[1] or "", m[2], m[3]) for m in _FENCE.finditer(text))
    return [block for block in found if block.language in _COMMANDS]


def untagged(text: str) -> list[str]:
    return [block.text for block in blocks_of(text) if block.kind not in _KINDS]


def name_of(path: Path) -> str:
    return str(path.relative_to(_ROOT))


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_command_block_is_tagged(path: Path) -> None:
    assert not untagged(path.read_text("utf-8"))


def test_an_untagged_block_is_noticed() -> None:
    assert untagged("```bash\nmake run\n```\n") == ["make run\n"]
    assert untagged("<!-- sometimes -->\n```\nmake run\n```\n") == ["make run\n"]
    assert not untagged("<!-- run -->\n```bash\nmake run\n```\n")
    assert not untagged("```json\n{}\n```\n")


def run_block(block: Block, folder: Path) -> None:
    """Runs a block in a folder, with the command of this environment first in the path."""
    binaries = str(Path(sys.executable).parent)
    command = [sys.executable, "-"] if block.language == "python" else ["bash", "-euo", "pipefail"]
    done = subprocess.run(
        command,
        cwd=folder,
        input=block.text,
        env=os.environ
        | {
            "PATH": binaries + os.pathsep + os.environ["PATH"],
            "XDG_DATA_HOME": str(folder / "own"),
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"


def installed_is_new() -> bool:
    """Whether a ``make`` in a copy leaves this environment alone, not installing the copy in it."""
    stamp = _ROOT / ".venv" / "installed"
    made_from = [_ROOT / name for name in ("pyproject.toml", "constraints.txt")]
    return stamp.exists() and stamp.stat().st_mtime >= max(f.stat().st_mtime for f in made_from)


def with_runs() -> list[Path]:
    return [p for p in documents() if any(b.kind == "run" for b in blocks_of(p.read_text("utf-8")))]


@pytest.mark.parametrize("path", with_runs(), ids=name_of)
def test_the_blocks_tagged_run_do_run(path: Path, tmp_path: Path) -> None:
    blocks = [block for block in blocks_of(path.read_text("utf-8")) if block.kind == "run"]
    if any("make " in block.text for block in blocks):
        if not installed_is_new():
            pytest.skip("needs the environment of 'make install', made anew")
        for name in _NEEDED:
            (tmp_path / name).symlink_to(_ROOT / name)
    for block in blocks:
        run_block(block, tmp_path)


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_and_picture_of_a_document_is_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", path.read_text("utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in local if not (path.parent / link).exists()]


def test_the_readme_names_every_verb() -> None:
    text = (_ROOT / "README.md").read_text("utf-8")
    verbs = ("read", "train", "evaluate", "bundles", "recipes", "phantom")
    assert not [verb for verb in verbs if f"condyle {verb}" not in text]


def test_the_readme_says_that_it_is_for_research() -> None:
    first_screen = (_ROOT / "README.md").read_text("utf-8").splitlines()[:40]
    text = " ".join(first_screen).lower()
    assert "research use" in text
    assert "docs/images/" in text
