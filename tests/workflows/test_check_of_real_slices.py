"""Faults planted among real slices are found, and the slices themselves raise none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from condyle.domain.data_report import DataReport
from condyle.workflows.check_data import JSON, check_data

pytestmark = pytest.mark.needs("data")

PATIENTS = 30
SIDE = 192


def slices_of(data_folder: Path) -> list[Image.Image]:
    """Gives a T2 slice of each of some patients, small for speed."""
    files = sorted((data_folder / "lumbar-spider" / "midsagittal").glob("*_t2.png"))[:PATIENTS]
    return [opened(file).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX) for file in files]


def lay(root: Path, pictures: list[Image.Image]) -> None:
    for number, picture in enumerate(pictures):
        side, kind = ("train", "test")[number % 3 == 0], ("slip", "none")[number // 3 % 2]
        save(root / side / kind / f"p{number:02d}" / "t2.png", picture)


def save(path: Path, picture: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.copy()


def check(root: Path, **given: object) -> DataReport:
    return check_data(root, out=root.parent / "out", **given).report


@pytest.fixture(name="root")
def _root(tmp_path: Path, data_folder: Path) -> Path:
    lay(tmp_path / "archive", slices_of(data_folder))
    return tmp_path / "archive"


def test_real_slices_raise_no_alarm(root: Path) -> None:
    report = check(root, texts=0)
    assert report.alarms == ()
    assert report.patients == PATIENTS
    assert [one.reason for one in report.shortcuts] == ["every header is the same"] or all(
        not one.flagged for one in report.shortcuts
    )


def test_faults_planted_among_real_slices_are_found(root: Path) -> None:
    pictures = [opened(path) for path in sorted(root.glob("*/*/*/t2.png"), key=str)]
    small = pictures[5].resize((150, 160)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    save(root / "train" / "slip" / "q1" / "mirrored.png", small)
    save(root / "test" / "none" / "q2" / "copy.png", pictures[9])
    for path in sorted(root.glob("*/slip/*/t2.png")):
        opened(path).resize((SIDE + 8, SIDE)).save(path)
    (root / "train" / "none" / "q3").mkdir()
    whole = (root / "train" / "none" / "p04" / "t2.png").read_bytes()
    (root / "train" / "none" / "q3" / "half.png").write_bytes(whole[: len(whole) // 2])
    found = {alarm.code for alarm in check(root, texts=0).alarms}
    assert found >= {"unreadable", "told-by-headers", "alike-picture-of-several-patients"}
    document = json.loads((root.parent / "out" / JSON).read_text("utf-8"))
    pairs = [
        {pair["first"]["patient"], pair["second"]["patient"]} for pair in document["duplicates"]
    ]
    assert sorted(len(pair & {"q1", "q2"}) for pair in pairs) == [1, 1]
    assert {pair["turn"] for pair in document["duplicates"]} == {"as-it-is", "left-right"}


@pytest.mark.needs("ocr")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_name_burned_into_a_real_slice_is_found_and_covered(root: Path) -> None:
    path = next(root.glob("train/*/p05/t2.png"))
    written = opened(path).resize((2 * SIDE, 2 * SIDE))
    draw = ImageDraw.Draw(written)
    draw.text((12, 14), "DOE JANE 1961", fill=255, font=ImageFont.load_default(20))
    written.save(path)
    for other in list(root.glob("*/*/*/t2.png"))[6:]:
        if other != path:
            other.unlink()
    report = check(root)
    assert {text.place.patient for text in report.text.found} == {"p05"}
    assert max(text.characters for text in report.text.found) >= 8
    box = np.array(report.text.found[0].box)
    assert np.allclose(box[:2], (14, 12), atol=10)
