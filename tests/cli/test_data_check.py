"""``condyle data check`` from the command line."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from condyle.datasets.archive import ArchiveOptions
from condyle.domain.data_report import Alarm
from condyle.workflows.check_data import check_data


def report(*alarms: Alarm) -> SimpleNamespace:
    return SimpleNamespace(
        patients=1240,
        series=2480,
        layout="folders",
        alarms=alarms,
        not_looked_at=("Burned-in text: 0 of 2480 pictures were searched.",),
    )


@pytest.fixture
def checked(fake, tmp_path: Path) -> list[dict[str, object]]:
    """Takes the place of the work, and keeps what it was asked for."""
    calls: list[dict[str, object]] = []

    def stand_in(data, *, out, layout, options, texts, progress):
        calls.append({"data": data, "layout": layout, "options": options, "texts": texts})
        alarms = (Alarm("unreadable", "fault", 3), Alarm("rare-value", "warning", 1, ("a: b",)))
        return SimpleNamespace(report=report(*alarms), page=out / "check.html")

    assert set(inspect.signature(stand_in).parameters) <= set(
        inspect.signature(check_data).parameters
    )
    fake("condyle.workflows.check_data", check_data=stand_in)
    return calls


def test_what_was_found_is_said_with_what_to_do(condyle, checked, tmp_path: Path) -> None:
    outcome = condyle("data", "check", "knees", "--out", tmp_path / "out")
    assert outcome.status == 0
    assert "1,240 patients, 2,480 series, layout 'folders'." in outcome.out
    assert "Mend: 3 files or images that cannot be read. Copy it again" in outcome.out
    assert "Look at: 1 label value in fewer" in outcome.out
    assert "Not looked at: Burned-in text" in outcome.out
    assert "check.html" in outcome.out
    assert max(map(len, outcome.out.splitlines()[:-1])) <= 96


def test_options_reach_the_work(condyle, checked, tmp_path: Path) -> None:
    typed = ["--layout", "table", "--option", "labels=acl,meniscus", "--texts", 7]
    condyle("data", "check", "knees", "--out", tmp_path / "out", *typed)
    assert checked == [
        {
            "data": Path("knees"),
            "layout": "table",
            "options": ArchiveOptions(labels=("acl", "meniscus")),
            "texts": 7,
        }
    ]


def test_a_wrong_option_is_refused_before_any_work(condyle, checked, tmp_path: Path) -> None:
    outcome = condyle("data", "check", "knees", "--out", tmp_path / "out", "--option", "colour=1")
    assert outcome.status == 2
    assert "columns.NAME" in outcome.err
    assert checked == []


def test_a_clean_archive_says_so(condyle, fake, tmp_path: Path) -> None:
    found = SimpleNamespace(report=report(), page=tmp_path / "check.html")
    fake("condyle.workflows.check_data", check_data=lambda *given, **named: found)
    assert "No alarm." in condyle("data", "check", "knees", "--out", tmp_path / "out").out


def test_a_stop_by_the_user_is_told_in_a_line(condyle, fake, tmp_path: Path) -> None:
    def stop(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    fake("condyle.workflows.check_data", check_data=stop)
    outcome = condyle("data", "check", "knees", "--out", tmp_path / "out")
    assert outcome.status == 130
    assert len(outcome.error_lines) <= 4


def test_a_folder_that_is_not_there_is_an_error_of_four_lines(condyle, tmp_path: Path) -> None:
    outcome = condyle("data", "check", tmp_path / "absent", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert 0 < len(outcome.error_lines) <= 4


def test_an_archive_is_checked_from_the_command_line(condyle, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for n in range(4):
        folder = tmp_path / "archive" / ("tear", "healthy")[n % 2] / f"p{n}"
        folder.mkdir(parents=True)
        pixels = rng.integers(0, 255, (32, 32), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "a.png")
    outcome = condyle(
        "data", "check", tmp_path / "archive", "--out", tmp_path / "out", "--texts", 0
    )
    assert outcome.status == 0
    assert "4 patients, 4 series, layout 'folders'." in outcome.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "check.html",
        "check.json",
    ]
