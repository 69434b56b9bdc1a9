"""What the documents tell a reader to type works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import typer

from condyle.cli import create_app

_ROOT = Path(__file__).resolve().parents[2]
_COMMANDS = ("bash", "sh", "console", "python", "")
_KINDS = ("run", "serve", "long")
_LEAVES_NOTHING_BEHIND = re.compile(r"(condyle|make) [^\n]*")
_REMARK = re.compile(r"\s{2,}# .*$", re.MULTILINE)
_FENCE = re.compile(r"(?:<!-- (\w+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEEDED = ("Makefile", "pyproject.toml", "constraints.txt", "README.md", "LICENSE", "src", ".venv")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document: how it is tagged, its language and its text."""

    kind: str
    language: str
    text: str

    @property
    def makes(self) -> bool:
        """Whether it is to be typed in a checkout; the others may be typed in any folder."""
        return "make " in self.text


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


def runs_of(path: Path, *, makes: bool) -> tuple[Block, ...]:
    """Gives the blocks of a document that are to be run, in a checkout or in any folder."""
    blocks = blocks_of(path.read_text("utf-8"))
    return tuple(block for block in blocks if block.kind == "run" and block.makes == makes)


def steps_of(block: Block) -> tuple[Block, ...]:
    """Gives what can be run one after the other: each command that leaves only files behind.

    What a document says beside its commands is left out, so that the same commands are the
    same steps.
    """
    if block.language == "python":
        return (block,)
    text = _REMARK.sub("", block.text)
    lines = text.splitlines()
    whole = all(_LEAVES_NOTHING_BEHIND.fullmatch(line) and line[-1] != "\\" for line in lines)
    texts = [f"{line}\n" for line in lines] if whole else [text]
    return tuple(Block(block.kind, "bash", text) for text in texts)


def with_runs(*, makes: bool) -> list[Path]:
    return [path for path in documents() if runs_of(path, makes=makes)]


Run = Callable[[tuple[Block, ...]], Path]


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Gives the folder that blocks leave; what several documents begin with is run once."""

    @cache
    def folder_after(blocks: tuple[Block, ...], *, checkout: bool) -> Path:
        folder = tmp_path_factory.mktemp("document")
        if blocks:
            before = folder_after(blocks[:-1], checkout=checkout)
            shutil.copytree(before, folder, symlinks=True, dirs_exist_ok=True)
            run_block(blocks[-1], folder)
        elif checkout:
            for name in _NEEDED:
                (folder / name).symlink_to(_ROOT / name)
        return folder

    def after_steps(blocks: tuple[Block, ...]) -> Path:
        steps = tuple(step for block in blocks for step in steps_of(block))
        return folder_after(steps, checkout=any(block.makes for block in blocks))

    return after_steps


@pytest.mark.parametrize("path", with_runs(makes=False), ids=name_of)
def test_the_blocks_tagged_run_do_run(path: Path, after: Run) -> None:
    after(runs_of(path, makes=False))


@pytest.mark.skipif(
    not installed_is_new(), reason="needs the environment of 'make install', made anew"
)
@pytest.mark.parametrize("path", with_runs(makes=True), ids=name_of)
def test_the_make_blocks_tagged_run_do_run(path: Path, after: Run) -> None:
    folder = after(runs_of(path, makes=True))
    assert (folder / "out" / "report" / "report.html").is_file()


def test_blocks_that_two_documents_begin_with_run_once(after: Run) -> None:
    count = Block("run", "bash", "echo x >> count; cp count first\n")
    again = Block("run", "bash", "echo y >> count\n")
    one, other = after((count, again)), after((count, Block("run", "bash", "cat first\n")))
    assert (one / "count").read_text() == "x\ny\n"
    assert (other / "count").read_text() == "x\n"


def test_commands_that_two_documents_begin_with_run_once_whatever_is_said_of_them(
    after: Run,
) -> None:
    said = Block(
        "run", "bash", "condyle --version | tee time\\ $$  # once\ncondyle --version > v\n"
    )
    other = Block("run", "console", "condyle --version | tee time\\ $$\ncondyle --help > help\n")
    one, two = after((said,)), after((other,))
    (first,), (second,) = one.glob("time *"), two.glob("time *")
    assert first.name == second.name
    assert (one / "v").exists() and not (one / "help").exists()
    assert (two / "help").exists() and not (two / "v").exists()


def test_lines_that_belong_together_are_one_step() -> None:
    for text in ("condyle read \\\n  study\n", "for n in 1; do\n  condyle read $n\ndone\n"):
        assert [step.text for step in steps_of(Block("run", "bash", text))] == [text]


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_and_picture_of_a_document_is_there(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", path.read_text("utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in local if not (path.parent / link).exists()]


def test_the_readme_names_every_verb() -> None:
    text = (_ROOT / "README.md").read_text("utf-8")
    verbs = typer.main.get_command(create_app()).commands
    assert "read" in verbs
    assert not [verb for verb in verbs if f"condyle {verb}" not in text]


def test_the_readme_says_that_it_is_for_research() -> None:
    first_screen = (_ROOT / "README.md").read_text("utf-8").splitlines()[:40]
    text = " ".join(first_screen).lower()
    assert "research use" in text
    assert "docs/images/" in text
