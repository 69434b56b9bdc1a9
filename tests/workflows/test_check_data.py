"""A labelled archive on disk is checked, with every fault that was planted in it found."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.check.text import Reading
from condyle.domain.progress import Progress
from condyle.errors import BadConfiguration, Cancelled, DatasetError, OutputError
from condyle.workflows.check_data import JSON, PAGE, DataChecked, check_data

PATIENTS = 24


def texture(seed: int, size: tuple[int, int] = (72, 64)) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    both = sum(gaussian_filter(rng.normal(size=size), s) * s for s in (2, 5))
    return np.rint(255 * (both - both.min()) / np.ptp(both)).astype(np.uint8)


def save(path: Path, pixels: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def read_nothing(picture: NDArray[np.uint8]) -> list[Reading]:
    return []


def read_bright_corner(picture: NDArray[np.uint8]) -> list[Reading]:
    """Stands for a reader of text: a white corner is a name."""
    if picture[:6, :20].min() == 255:
        return [Reading((0.0, 0.0, 6.0, 20.0), "DOE JANE", 0.9)]
    return []


@pytest.fixture(name="clean")
def _clean(tmp_path: Path) -> Path:
    """Class folders with a split of their own and nothing wrong."""
    return make_clean(tmp_path / "archive")


@pytest.fixture(scope="module", name="spoilt")
def _spoilt(tmp_path_factory: pytest.TempPathFactory) -> DataChecked:
    """The check of an archive with a fault of each kind."""
    root = make_clean(tmp_path_factory.mktemp("spoilt") / "archive")
    spoil(root)
    return check(root, root.parent / "out")


def make_clean(root: Path) -> Path:
    for n in range(PATIENTS):
        side, kind = ("test" if n % 4 == 0 else "train"), ("tear", "healthy")[n // 2 % 2]
        save(root / side / kind / f"p{n}" / f"t1-{n}.png", texture(n))
    return root


def spoil(root: Path) -> None:
    """Plants a fault of each kind."""
    save(root / "train" / "healthy" / "p90" / "copy.png", texture(4))
    save(root / "train" / "tear" / "p91" / "flip.png", np.ascontiguousarray(texture(5)[:, ::-1]))
    save(root / "test" / "tear" / "p1" / "again.png", texture(70))
    written = texture(71)
    written[:6, :20] = 255
    save(root / "train" / "tear" / "p93" / "named.png", written)
    whole = io.BytesIO()
    Image.fromarray(texture(72)).save(whole, "PNG")
    (root / "train" / "tear" / "p5" / "broken.png").write_bytes(whole.getvalue()[:900])
    for path in sorted(root.glob("*/healthy/*/*.png")):
        Image.open(path).resize((80, 90)).save(path)


def check(root: Path, out: Path) -> DataChecked:
    return check_data(root, out=out, reader=read_bright_corner)


def test_a_clean_archive_raises_no_alarm(clean: Path, tmp_path: Path) -> None:
    found = check(clean, tmp_path / "out")
    assert found.report.alarms == ()
    assert found.report.patients == PATIENTS
    assert found.report.text.looked == PATIENTS
    assert "No alarm" in found.page.read_text("utf-8")


def test_each_planted_fault_is_found(spoilt: DataChecked) -> None:
    report = spoilt.report
    assert {alarm.code: alarm.count for alarm in report.alarms} == {
        "patient-on-several-sides": 1,
        "picture-on-several-sides": 1,
        "alike-picture-of-several-patients": 2,
        "unreadable": 1,
        "told-by-headers": 1,
        "text-in-pictures": 1,
    }
    assert report.leaks == ("p1",)
    flipped = next(one for one in report.duplicates if one.turn == "left-right")
    assert {flipped.first.patient, flipped.second.patient} == {"p5", "p91"}
    assert "broken.png" in report.unreadable[0][0]


def test_the_page_and_the_json_hold_what_was_found_and_no_burned_in_text(
    spoilt: DataChecked,
) -> None:
    page = spoilt.page.read_text("utf-8")
    document = json.loads(spoilt.page.with_name(JSON).read_text("utf-8"))
    assert spoilt.page.name == PAGE
    assert document["schema"] == "condyle.data-check/1"
    assert document["text"]["found"][0]["characters"] == 7
    assert {alarm["code"] for alarm in document["alarms"]} == {
        alarm.code for alarm in spoilt.report.alarms
    }
    for said in ("DOE JANE", "DOEJANE"):
        assert said not in page and said not in json.dumps(document)
    assert page.count("<img") == 24 + 2 + 1
    assert "http" not in page.replace("http-equiv", "")


def test_an_earlier_check_is_replaced_by_the_same_bytes_and_other_files_are_kept(
    clean: Path, tmp_path: Path
) -> None:
    pages = [check(clean, tmp_path / "out").page.read_bytes() for _ in range(2)]
    assert pages[0] == pages[1]
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(OutputError):
        check(clean, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_text_that_was_not_asked_for_is_said_not_to_have_been_looked_at(
    clean: Path, tmp_path: Path
) -> None:
    found = check_data(clean, out=tmp_path / "out", texts=0)
    assert found.report.text.looked == 0
    assert found.report.text.reason == "it was not asked for"
    assert "0 of 24 pictures were searched" in found.page.read_text("utf-8")


def test_progress_is_told_and_stops_the_work(clean: Path, tmp_path: Path) -> None:
    steps: list[Progress] = []
    check_data(clean, out=tmp_path / "out", reader=read_nothing, progress=steps.append)
    assert list(dict.fromkeys(step.stage for step in steps)) == [
        "images",
        "duplicates",
        "headers",
        "text",
    ]
    assert [s.done for s in steps if s.stage == "images"] == list(range(PATIENTS + 1))

    def stop(step: Progress) -> None:
        if step.done == 5:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        check_data(clean, out=tmp_path / "out2", reader=read_nothing, progress=stop)
    assert list((tmp_path / "out2").iterdir()) == []


def test_options_reach_the_layout(clean: Path, tmp_path: Path) -> None:
    options = ArchiveOptions(patient="/(tear|healthy)/", classes=("healthy", "tear"))
    found = check_data(clean, out=tmp_path / "out", texts=0, options=options)
    assert found.report.patients == 2
    with pytest.raises(BadConfiguration):
        check_data(clean, out=tmp_path / "more", options=ArchiveOptions(labels=("x",)))


def test_a_folder_that_is_no_archive_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError):
        check_data(tmp_path / "empty", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_masks_are_drawn_and_their_faults_shown(tmp_path: Path) -> None:
    root = tmp_path / "pairs"
    for n in range(12):
        save(root / "images" / f"p{n}.png", texture(n))
        mask = np.zeros((72, 64), np.uint8)
        mask[20 + n : 40 + n, 20:40] = 255
        mask[20 + n, 20] = 0
        save(root / "masks" / f"p{n}.png", mask if n else np.full_like(mask, 255))
    found = check_data(root, out=tmp_path / "out", reader=read_nothing)
    codes = {alarm.code for alarm in found.report.alarms if alarm.severity == "fault"}
    assert codes == {"mask-spread"}
    assert "100 % of a slice" in found.page.read_text("utf-8")
