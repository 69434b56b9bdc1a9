"""``condyle phantom``: what is asked for reaches the work, and what is wrong is told."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from condyle.datasets.simulated_marker import read_marker
from condyle.workflows.simulate_archive import ArchiveRequest


def test_an_archive_is_made_as_asked_for(condyle, tmp_path: Path) -> None:
    out = tmp_path / "exams"
    outcome = condyle(
        "phantom", "knee", "--patients", "1", "--out", out, "--layout", "mrnet",
        "--seed", "4", "--size", "32", "--slices", "1", "--difficulty", "0.5",
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    assert outcome.out == f"Simulated archive: {out} (1 patients, layout mrnet)\n"
    marker = read_marker(out)
    assert marker is not None
    assert (marker.seed, marker.size, marker.difficulty) == (4, 32, 0.5)


def test_the_command_in_the_mark_makes_the_archive_again(condyle, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    asked = ("--patients", "2", "--size", "32", "--slices", "2", "--difficulty", "0.15")
    more = ("--prevalence", "disc-herniation=0.9", "--layout", "voc")
    assert condyle("phantom", "lumbar", "--out", first, *asked, *more).status == 0
    marker = read_marker(first)
    assert marker is not None
    words = shlex.split(marker.command)
    assert words[0] == "condyle"
    assert condyle(*words[1:], "--out", second).status == 0
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("knee",), ArchiveRequest("knee", 20)),
        (("ankle", "--seed", "3"), ArchiveRequest("ankle", 20, seed=3)),
        (("lumbar", "--patients", "5"), ArchiveRequest("lumbar", 5)),
        (
            ("ankle", "--difficulty", "0", "--label", "osteochondral-lesion"),
            ArchiveRequest("ankle", 20, difficulty=0.0, label="osteochondral-lesion"),
        ),
        (
            ("lumbar", "--patients", "2", "--prevalence", "disc-herniation=0.5"),
            ArchiveRequest("lumbar", 2, prevalence={"disc-herniation": 0.5}),
        ),
    ],
)
def test_the_options_reach_the_work(condyle, monkeypatch, arguments, wanted) -> None:
    asked = []

    def simulate_archive(out: Path, request: ArchiveRequest, *, progress: object) -> Path:
        asked.append(request)
        return out

    monkeypatch.setattr("condyle.workflows.simulate_archive.simulate_archive", simulate_archive)
    assert condyle("phantom", *arguments, "--out", "p").status == 0
    assert asked == [wanted]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("lumbar", "--size", "64"), "--patients"),
        (("knee", "--layout", "zip"), "pairs"),
        (("knee", "--layout", "spider"), "mrnet"),
        (("knee", "--difficulty", "2"), "0 (easy)"),
        (("knee", "--prevalence", "acl-tear"), "FINDING=SHARE"),
        (("knee", "--prevalence", "acl-tear=7"), "0 to 1"),
        (("knee", "--prevalence", "gout=0.5"), "acl"),
        (("knee", "--size", "8"), "32"),
    ],
)
def test_wrong_usage_is_status_2_with_what_would_be_right(
    condyle, tmp_path: Path, arguments, word
) -> None:
    outcome = condyle("phantom", *arguments, "--out", tmp_path / "p")
    assert outcome.status == 2
    assert len(outcome.error_lines) == 4
    assert word in outcome.err
    assert not (tmp_path / "p").exists()
