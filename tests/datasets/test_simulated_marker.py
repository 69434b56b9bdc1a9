"""An archive of simulated patients says so, whatever its layout can say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from condyle.datasets.simulated_marker import (
    MARKER,
    README,
    SimulatedMarker,
    read_marker,
    write_marker,
)
from condyle.errors import DatasetError, OutputError

MADE = SimulatedMarker("knee", patients=12, seed=3, difficulty=0.5, size=128, layout="pairs")


CHOSEN = replace(MADE, slices=4, prevalence={"acl-tear": 0.4}, label="acl-tear")


@pytest.mark.parametrize("marker", [MADE, CHOSEN], ids=["plain", "chosen"])
def test_the_mark_reads_back_as_it_was_written(tmp_path: Path, marker: SimulatedMarker) -> None:
    write_marker(tmp_path, marker)
    assert read_marker(tmp_path) == marker


def test_the_command_names_what_was_chosen_besides() -> None:
    assert "--slices" not in MADE.command
    assert CHOSEN.command.endswith(" --slices 4 --prevalence acl-tear=0.4 --label acl-tear")


def test_the_text_beside_it_says_that_nobody_is_a_patient_and_how_to_make_it_again(
    tmp_path: Path,
) -> None:
    write_marker(tmp_path, MADE)
    text = (tmp_path / README).read_text("utf-8")
    assert text.startswith("SIMULATED")
    assert (
        "condyle phantom knee --patients 12 --layout pairs --seed 3 --difficulty 0.5 --size 128"
        in text
    )


def test_an_archive_without_a_mark_is_of_patients(tmp_path: Path) -> None:
    assert read_marker(tmp_path) is None


@pytest.mark.parametrize(
    "broken",
    ["", "{}", "[]", '{"schema": "other"}', '{"schema": "condyle.simulated/1", "anatomy": "knee"}'],
)
def test_a_broken_mark_is_never_ignored(tmp_path: Path, broken: str) -> None:
    (tmp_path / MARKER).write_text(broken, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        read_marker(tmp_path)
    assert MARKER in caught.value.found


def test_a_mark_with_a_field_too_many_is_refused(tmp_path: Path) -> None:
    write_marker(tmp_path, MADE)
    values = json.loads((tmp_path / MARKER).read_text("utf-8"))
    (tmp_path / MARKER).write_text(json.dumps({**values, "patient": "x"}), encoding="utf-8")
    with pytest.raises(DatasetError):
        read_marker(tmp_path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("here", encoding="utf-8")
    with pytest.raises(OutputError):
        write_marker(taken, MADE)
