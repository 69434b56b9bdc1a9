"""What must not stand in the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ELSEWHERE = {
    "the path of somebody's machine": r"(?<![\w.~])/(?:work|home|Users|root|opt|mnt)/\w",
    "a file address": r"file:/{3}",
    # Written so that the pattern is none of what it looks for.
    "a package registry": r"\b(?:py[p]i|regis[t]ry)\.[a-z]|--(?:extra-)?inde[x]-url",
    "where a package lies": r"https?://[^\s\"')]*(?:/simple\b|\.whl|\.tgz|\.tar\.gz)",
    "an e-mail address": r"\b[\w.+-]+@[\w-]+\.(?:com|org|net|io)\b",
    "the number of a ticket": r"\bissue #?\d",
}

_IN_THIS_FILE = ("a package registry",)
"""Kinds that are looked for in this file too; the patterns of the others find themselves."""


@pytest.mark.parametrize("kind", list(_ELSEWHERE))
def test_nothing_names(kind: str, tracked: tuple[Path, ...]) -> None:
    pattern = re.compile(_ELSEWHERE[kind], re.IGNORECASE)
    found = [
        f"{path}: {match.group(0)}"
        for path in tracked
        if kind in _IN_THIS_FILE or path != Path(__file__).resolve()
        for match in pattern.finditer(path.read_text("utf-8", errors="replace"))
    ]
    assert not found


_ON_THE_NETWORK = {
    "datasets/download.py": "gets a public data set",
    "dicomweb/sending.py": "answers on a connection that a client opened",
    "node/listen.py": "is called by those who send images",
    "node/stream.py": "reads what they send",
    "network/association.py": "calls a peer that is configured",
    "network/web_get.py": "asks a peer that is configured",
    "network/web_send.py": "sends to a peer that is configured",
    "network/web_session.py": "asks a peer that is configured",
}


def test_only_what_is_named_here_touches_the_network(sources: tuple[Path, ...]) -> None:
    pattern = re.compile(
        r"^\s*(?:import|from) (?:requests|urllib\.request|httpx|aiohttp|socket)\b", re.M
    )
    found = [path for path in sources if pattern.search(path.read_text("utf-8"))]
    named = {path.relative_to(path.parents[1]).as_posix() for path in found}
    assert named == set(_ON_THE_NETWORK)


def test_the_source_makes_no_use_of_eval_or_exec(sources: tuple[Path, ...]) -> None:
    pattern = re.compile(r"(?<![\w.])(?:eval|exec)\(")
    assert not [path for path in sources if pattern.search(path.read_text("utf-8"))]


def test_the_source_catches_nothing_bare(sources: tuple[Path, ...]) -> None:
    pattern = re.compile(r"^\s*except\s*:", re.M)
    assert not [path for path in sources if pattern.search(path.read_text("utf-8"))]


def test_no_patient_image_is_kept_in_the_repository(root: Path, tracked: tuple[Path, ...]) -> None:
    kept = {path.relative_to(root).parts[0] for path in root.rglob("*.dcm") if path in tracked}
    assert not kept
