"""Whatever boxes there are, each layout gives back what was written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.datasets.archive import Archive, Consensus
from condyle.datasets.consensus import consensus_of, matches_of, overlap_of
from condyle.datasets.layouts import LAYOUTS, open_archive
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume
from condyle.errors import CondyleError, DatasetError

ROWS, COLUMNS = 24, 32
CLASSES = ("herniation", "slip")
Same = Callable[[Archive, Archive], None]

labels = st.lists(st.sampled_from(CLASSES), unique=True).map(lambda one: tuple(sorted(one)))


@st.composite
def boxes(draw: st.DrawFn, fine: float) -> LabelledBox:
    """A box within the picture whose sides are multiples of ``fine``."""
    sides = []
    for size in (ROWS, COLUMNS):
        low = draw(st.integers(0, round(size / fine) - 1))
        high = draw(st.integers(low + 1, round(size / fine)))
        sides.append((low * fine, high * fine))
    (row0, row1), (column0, column1) = sides
    return LabelledBox((row0, column0, row1, column1), draw(labels))


def places(several: list[LabelledBox]) -> tuple[LabelledBox, ...]:
    return tuple({box.box: box for box in several}.values())


def archive_of(drawn: list[tuple[LabelledBox, ...]], top: int = 255) -> Archive:
    cases = []
    for number, own in enumerate(drawn):
        pixels = np.random.default_rng(number).integers(0, top + 1, (1, ROWS, COLUMNS))
        pixels[0, 0, 0] = top
        load = partial(Volume, pixels.astype(np.float32))
        series = Series(stem=f"c{number}", load=load, shape=(1, ROWS, COLUMNS))
        cases.append(
            Case(
                id=f"c{number}",
                patient=f"p{number // 2}",
                study=Study(None, (series,)),
                reference=Reference(boxes={f"c{number}": own}),
            )
        )
    return Archive("made", tuple(cases), box_classes=CLASSES)


def writer_of(layout: str) -> Callable[[Path, Archive], None]:
    write = LAYOUTS[layout].write
    assert write is not None
    return write


@pytest.mark.parametrize(("layout", "fine"), [("voc", 1.0), ("coco", 0.25), ("yolo", 0.25)])
def test_any_boxes_are_read_back_as_they_were_written(layout: str, fine: float, same: Same) -> None:
    @settings(max_examples=15)
    @given(st.lists(st.lists(boxes(fine), max_size=4).map(places), min_size=1, max_size=3))
    def holds(drawn: list[tuple[LabelledBox, ...]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            writer_of(layout)(Path(folder) / "out", archive_of(drawn))
            read = open_archive(Path(folder) / "out")
            assert read.layout == layout
            same(read, archive_of(drawn))

    holds()


@pytest.mark.parametrize("layout", ["voc", "coco", "yolo"])
def test_pictures_of_16_bits_keep_every_value(layout: str, tmp_path: Path, same: Same) -> None:
    archive = archive_of([()], top=40_000)
    writer_of(layout)(tmp_path / "out", archive)
    same(open_archive(tmp_path / "out"), archive)


@pytest.mark.parametrize("value", [-1.0, 0.5, 70_000.0])
def test_values_that_no_png_holds_are_refused(value: float, tmp_path: Path) -> None:
    case = archive_of([()]).cases[0]
    load = partial(Volume, np.full((1, ROWS, COLUMNS), value, dtype=np.float32))
    series = replace(case.study.series[0], load=load)
    broken = replace(case, study=Study(None, (series,)))
    write = writer_of("coco")
    with pytest.raises(DatasetError, match="values that no PNG holds, in c0"):
        write(tmp_path / "out", Archive("made", (broken,)))


def test_cases_of_one_name_are_refused_and_series_of_one_case_are_parted(tmp_path: Path) -> None:
    case = archive_of([()]).cases[0]
    write = writer_of("coco")
    with pytest.raises(DatasetError, match="two pictures called c0"):
        write(tmp_path / "out", Archive("made", (case, case)))
    other = replace(case.study.series[0], stem="t2")
    both = replace(
        case,
        study=Study(None, (case.study.series[0], other)),
        reference=Reference(boxes={"c0": (), "t2": ()}),
    )
    write(tmp_path / "out", Archive("made", (both,)))
    assert [one.id for one in open_archive(tmp_path / "out").cases] == ["c0", "t2"]


def test_a_series_that_was_not_looked_at_is_not_written(tmp_path: Path) -> None:
    case = archive_of([()]).cases[0]
    write = writer_of("coco")
    plain = replace(case, id="c1", reference=Reference())
    write(tmp_path / "out", Archive("made", (case, plain)))
    assert [one.id for one in open_archive(tmp_path / "out").cases] == ["c0"]


@settings(max_examples=40)
@given(st.lists(st.lists(boxes(4.0), max_size=4), min_size=1, max_size=4))
def test_each_box_is_in_one_group_whose_boxes_all_overlap(drawn: list[list[LabelledBox]]) -> None:
    matches = matches_of(drawn, overlap=0.5)
    assert sum(map(len, matches)) == sum(map(len, drawn))
    for match in matches:
        for reader, box in match.items():
            assert box in drawn[reader]
            assert all(overlap_of(box.box, other.box) >= 0.5 for other in match.values())


@settings(max_examples=40)
@given(st.lists(st.lists(boxes(4.0), max_size=4), min_size=1, max_size=4))
def test_stricter_rules_hold_fewer_boxes(drawn: list[list[LabelledBox]]) -> None:
    every, most, some = (
        {box.box for box in consensus_of(drawn, rule=rule)} for rule in ("all", "majority", "any")
    )
    assert every <= most <= some


@settings(max_examples=30)
@given(st.lists(boxes(4.0), max_size=4).map(places), st.integers(1, 4))
def test_annotators_who_drew_the_same_are_not_changed(
    own: tuple[LabelledBox, ...], readers: int
) -> None:
    for rule in get_args(Consensus):
        held = consensus_of([own] * readers, rule=rule, overlap=0.99)
        assert sorted(held, key=lambda box: box.box) == sorted(own, key=lambda box: box.box)


@settings(max_examples=40)
@given(boxes(1.0), boxes(1.0))
def test_overlap_is_that_of_the_pixels(one: LabelledBox, other: LabelledBox) -> None:
    painted = np.zeros((2, ROWS, COLUMNS), dtype=bool)
    for layer, box in zip(painted, (one, other), strict=True):
        row0, column0, row1, column1 = map(int, box.box)
        layer[row0:row1, column0:column1] = True
    expected = np.sum(painted[0] & painted[1]) / np.sum(painted[0] | painted[1])
    assert overlap_of(one.box, other.box) == pytest.approx(expected)


NOISE = [b"", b"-1", b"nan", b"1e400", b"null", b"[]", b"\x00", b"\xff", b'"', b"<", b"&", b".."]
NOISE += [b"/", b"9" * 30, b"a" * 300, b":", b"- &a *a", b"!!python/object:x {}", b"\n\n", b"{"]


@pytest.mark.parametrize("layout", ["voc", "coco", "yolo"])
def test_damaged_annotations_are_read_or_refused_in_four_parts(layout: str, tmp_path: Path) -> None:
    both = LabelledBox((1.0, 2.0, 9.0, 12.0), CLASSES)
    archive = replace(archive_of([(both,), (), (both,)]), sides={"p0": "train", "p1": "test"})
    writer_of(layout)(tmp_path / "out", archive)
    files = sorted(p for p in (tmp_path / "out").rglob("*.*") if p.suffix != ".png")
    rng = np.random.default_rng(7)
    refused: list[CondyleError] = []
    for _ in range(60):
        path = files[rng.integers(len(files))]
        whole = path.read_bytes()
        at = int(rng.integers(len(whole) + 1))
        noise = NOISE[rng.integers(len(NOISE))]
        path.write_bytes(whole[:at] + noise + whole[at + int(rng.integers(6)) :])
        try:
            open_archive(tmp_path / "out", layout=layout)
        except CondyleError as error:
            refused.append(error)
        path.write_bytes(whole)
    assert len(refused) > 10
    assert all(len(error.lines()) == 4 for error in refused)
    assert len(open_archive(tmp_path / "out").cases) == 3
