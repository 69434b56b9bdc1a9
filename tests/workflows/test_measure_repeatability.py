"""Pairs of measures, their table, and a hand's marks measured as masks are."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.interpretation.made_spine import DEPTH, MadeSpine

from condyle.interpretation.disc_measures import HEIGHTS, SLIP, SLIP_PERCENT
from condyle.workflows.measure_repeatability import (
    Pair,
    Seen,
    contrast_pairs,
    hand_pairs,
    measure_marks,
    neighbour_pairs,
    repeatability_rows,
    stated_spacing,
    write_rows,
)

ONE, OTHER = MadeSpine(turn=2.0), MadeSpine(gaps=((10.0, 10.0),) * 4, turn=2.0)
SPACING = ONE.spacing


def test_contrasts_of_one_patient_are_paired_disc_by_disc() -> None:
    series = {
        "5_t1": Seen(ONE.anatomy()),
        "5_t2": Seen(OTHER.anatomy()),
        "6_t1": Seen(ONE.anatomy()),
    }
    pairs = contrast_pairs(series, dict.fromkeys(series, SPACING))
    middle = [pair for pair in pairs if pair.measure == HEIGHTS[1]]
    assert {pair.patient for pair in pairs} == {"5"}
    assert len(middle) == 4
    for pair in middle:
        assert pair.second - pair.first == pytest.approx(1.0, abs=0.3)


def test_contrasts_that_count_their_discs_differently_are_not_paired() -> None:
    fewer = MadeSpine(gaps=((9.0, 9.0),) * 3, slips=(0.0,) * 4)
    series = {"5_t1": Seen(ONE.anatomy()), "5_t2": Seen(fewer.anatomy())}
    assert contrast_pairs(series, dict.fromkeys(series, SPACING)) == []


def test_without_spacing_only_ratios_are_paired() -> None:
    series = {"5_t1": Seen(ONE.anatomy()), "5_t2": Seen(OTHER.anatomy())}
    names = {pair.measure for pair in contrast_pairs(series, {})}
    assert names == {"disc-height-index", SLIP_PERCENT, "thecal-sac-ratio"}


def test_spacings_that_contradict_each_other_leave_only_ratios() -> None:
    series = {"5_t1": Seen(ONE.anatomy()), "5_t2": Seen(ONE.anatomy())}
    pairs = contrast_pairs(series, {"5_t1": SPACING, "5_t2": (0.75, 0.75)})
    assert {pair.measure for pair in pairs} == {
        "disc-height-index",
        SLIP_PERCENT,
        "thecal-sac-ratio",
    }


def test_neighbouring_slices_are_paired_with_the_middle_one(tmp_path: Path) -> None:
    folder = tmp_path / "t2space" / "masks"
    folder.mkdir(parents=True)
    for number, spine in ((9, ONE), (10, ONE), (11, ONE)):
        Image.fromarray(spine.anatomy().labelmap).save(folder / f"7_t2_SPACE_slice{number}.png")
    pairs = neighbour_pairs(tmp_path, {"7_t2_SPACE": SPACING})
    assert len([p for p in pairs if p.measure == SLIP]) in (4, 8)
    assert all(p.first == pytest.approx(p.second) and p.patient == "7" for p in pairs)


def test_the_coefficient_is_that_of_the_closed_form(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    gaps = rng.normal(0.3, 1.0, 60)
    pairs = [Pair(str(n // 3), SLIP, 5.0 + gap, 5.0) for n, gap in enumerate(gaps)]
    (row,) = repeatability_rows(pairs, "t1-t2")
    within = np.sqrt(np.mean(gaps**2) / 2)
    assert float(row["within_sd"]) == pytest.approx(within, rel=1e-3)
    assert float(row["repeatability"]) == pytest.approx(1.96 * 2**0.5 * within, rel=1e-3)
    assert float(row["bias"]) == pytest.approx(gaps.mean(), rel=1e-3)
    assert float(row["lower_limit_low"]) < float(row["lower_limit"]) < float(row["bias_low"])
    assert (row["patients"], row["discs"], row["unit"]) == ("20", "60", "mm")
    write_rows([row], tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as stream:
        assert list(csv.DictReader(stream)) == [row]


def test_a_hand_has_no_repeatability_here_but_bias_and_limits() -> None:
    pairs = [Pair(str(n), SLIP, float(n % 3), 1.0) for n in range(9)]
    (row,) = repeatability_rows(pairs, "masks-hand")
    assert "repeatability" not in row
    assert float(row["bias"]) == pytest.approx(0.0)


@pytest.mark.parametrize("turn", [0.0, 20.0])
def test_marks_of_a_known_shape_give_its_heights_and_slip(turn: float) -> None:
    angle = np.deg2rad(turn)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = {}
    for place, back in (("front", 0.0), ("middle", DEPTH / 2), ("back", DEPTH)):
        points[f"upper-{place}"] = np.array([0.0, back - 5.0]) @ turned
        points[f"lower-{place}"] = np.array([8.0, back]) @ turned
    found = measure_marks(points)
    assert [found[name] for name in HEIGHTS] == pytest.approx([8.0] * 3)
    assert found[SLIP] == pytest.approx(5.0)
    assert found[SLIP_PERCENT] == pytest.approx(500 / DEPTH)


def test_a_hands_marks_stand_beside_the_masks(tmp_path: Path) -> None:
    anatomy = ONE.anatomy()
    points = tmp_path / "points.csv"
    rows = [
        (side, place, row) for side, row in (("upper", 100), ("lower", 115)) for place in range(3)
    ]
    names = ("front", "middle", "back")
    lines = [f"5_t2,2,{side}-{names[place]},{row},{140 + 25 * place}" for side, place, row in rows]
    points.write_text("series,disc,point,row,column\n" + "\n".join(lines) + "\n", encoding="utf-8")
    pairs = hand_pairs(points, {"5_t2": Seen(anatomy)}, {"5_t2": SPACING})
    middle = next(pair for pair in pairs if pair.measure == HEIGHTS[1])
    assert (middle.first, middle.second) == pytest.approx((9.0, 9.0), abs=0.4)
    assert hand_pairs(points, {"5_t2": Seen(anatomy)}, {"5_t2": (3.0, 3.0)}) == []


def test_stated_spacings_are_read_and_absent_ones_left_out(tmp_path: Path) -> None:
    table = tmp_path / "series.csv"
    table.write_text('series,PixelSpacing\n1_t1,"[0.5, 0.6]"\n1_t2,\n2_t1,"[.47, .47]"\n', "utf-8")
    assert stated_spacing(table) == {"1_t1": (0.5, 0.6), "2_t1": (0.47, 0.47)}
