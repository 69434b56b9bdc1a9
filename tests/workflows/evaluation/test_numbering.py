"""Numbers of discs against their centres: what is right, how it goes wrong, who counts."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from condyle.bundle import open_bundle
from condyle.datasets.disc_centres import read_centres
from condyle.domain.case import Case, Reference
from condyle.domain.study import Instance, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BundleError, DatasetError
from condyle.interpretation.lowest_disc import SHIPPED as SHIPPED_RULE
from condyle.workflows.evaluation.numbering import (
    DISC_MISSED,
    EXTRA_CAUDAL,
    LOWEST_MISSED,
    RIGHT,
    UPPERMOST_MISSED,
    SliceNumbering,
    networks_by_fold,
    number_slices,
    numbering_figures,
    numbers_at,
    outcome_of,
    read_rules,
    read_slices_by_patient,
)
from condyle.workflows.reading.anatomy_reading import read_picture

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "src" / "condyle" / "bundle" / "shipped" / "lumbar-anatomy"
HEADER = "patient,series,disc,row,column\n"


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ((1, 2, 3, 4), RIGHT),
        ((2, 3, 4, 5), EXTRA_CAUDAL),
        ((2, 0, 4, 5), EXTRA_CAUDAL),
        ((0, 1, 2, 3), LOWEST_MISSED),
        ((1, 2, 3, 0), UPPERMOST_MISSED),
        ((0, 0, 0, 0), UPPERMOST_MISSED),
        ((1, 2, 0, 4), DISC_MISSED),
        ((1, 2, 0, 3), DISC_MISSED),
        ((0, 2, 3, 4), DISC_MISSED),
        ((1, 2, 4, 5), DISC_MISSED),
    ],
)
def test_every_way_of_numbering_has_its_name(found: tuple[int, ...], outcome: str) -> None:
    assert outcome_of(found) == outcome


def test_a_centre_takes_the_number_of_the_pixel_that_it_lies_in() -> None:
    index = np.zeros((6, 4), dtype=np.uint8)
    index[4, 1], index[1, 2], index[5, 3] = 1, 2, 3
    assert numbers_at(index, [(4.4, 1.4), (0.6, 1.6), (1.6, 2.0), (9.0, 9.0)]) == (1, 2, 0, 3)


def row(series: str, outcome: str = RIGHT) -> SliceNumbering:
    return SliceNumbering(series.split("_")[0], series, outcome, (1, 2, 3))


def test_a_patient_is_right_only_where_every_slice_asked_for_is() -> None:
    rows = [row("1_t1"), row("1_t2", DISC_MISSED), row("2_t1"), row("2_t2"), row("3_t1")]
    figures = numbering_figures(rows, rng=np.random.default_rng(1), replicates=50)
    assert {name: (one.value, one.n) for name, one in figures.items()} == {
        "t1": (1.0, 3),
        "t2": (0.5, 2),
        "t1-and-t2": (0.5, 2),
        "all": (pytest.approx(2 / 3), 3),
    }


def test_the_interval_is_drawn_by_patient_and_holds_the_share() -> None:
    rows = [row(f"{patient}_t1", RIGHT if patient % 5 else DISC_MISSED) for patient in range(50)]
    one = numbering_figures(rows, rng=np.random.default_rng(2), replicates=400)["t1"]
    wald = 1.96 * np.sqrt(0.8 * 0.2 / 50)
    assert one.value == pytest.approx(0.8)
    assert one.low == pytest.approx(0.8 - wald, abs=0.04)
    assert one.high == pytest.approx(0.8 + wald, abs=0.04)


def bright_bars(array: np.ndarray) -> np.ndarray:
    """Stands for a network: what is bright is disc, what is grey is vertebra or, behind, canal."""
    one = np.zeros((len(array), 4, *array.shape[-2:]), dtype=np.float32)
    bright = array[:, 0] > 0.6
    column = np.arange(array.shape[-1])
    body = (array[:, 0] > 0.2) & ~bright
    one[:, 1], one[:, 2] = bright, body & (column < 160)
    one[:, 3] = body & (column >= 160)
    one[:, 0] = ~bright & ~body
    return one


def spine() -> np.ndarray:
    """A picture of fat in front, vertebrae, a canal behind them and five bars of discs."""
    picture = np.zeros((1, 256, 256), dtype=np.float32)
    picture[0, :, :20] = 0.05
    picture[0, 20:210, 110:160] = 0.4
    picture[0, 20:210, 162:176] = 0.4
    for middle in (190, 155, 120, 85, 50):
        picture[0, middle - 4 : middle + 5, 110:160] = 1.0
    return picture


def a_case(patient: str) -> Case:
    series = tuple(
        Series(
            stem=f"{patient}_{end}",
            load=lambda: Volume(spine()),
            kind="picture",
            instances=(Instance(),),
            modality="MR",
        )
        for end in ("t1", "t2")
    )
    return Case(patient, patient, Study(None, series), Reference())


def test_each_patient_is_read_by_the_network_that_is_named_for_it() -> None:
    asked: list[str] = []

    def network_of(patient: str):
        asked.append(patient)
        return bright_bars

    centres = {"7_t1": ((190.0, 135.0), (155.0, 135.0)), "8_t1": ((155.0, 135.0), (120.0, 135.0))}
    read = dict(
        read_slices_by_patient(
            [a_case("7"), a_case("8"), a_case("9")],
            centres,
            spec=open_bundle(SHIPPED).manifest.preprocessing,
            network_of=network_of,
        )
    )
    assert asked == ["7", "8", "9"]
    assert {patient: list(slices) for patient, slices in read.items()} == {
        "7": ["7_t1"],
        "8": ["8_t1"],
    }
    rows = [row for patient in read for row in number_slices(patient, read[patient], centres)]
    assert [(one.series, one.outcome) for one in rows] == [("7_t1", RIGHT), ("8_t1", EXTRA_CAUDAL)]


def without_the_lowest(array: np.ndarray) -> np.ndarray:
    """Stands for a network that takes the lowest disc of a picture for a vertebra."""
    one = bright_bars(array)
    low = one[:, 1].copy()
    low[:, : int(np.flatnonzero(low.any(axis=(0, 2))).max()) - 11] = 0
    one[:, 1] -= low
    one[:, 2] += low
    return one


@pytest.mark.parametrize(("together", "missed"), [(True, RIGHT), (False, LOWEST_MISSED)])
def test_slices_of_a_patient_are_numbered_together_or_one_by_one(
    together: bool, missed: str
) -> None:
    rows = (190.0, 155.0, 120.0, 85.0, 50.0)
    centres = {name: tuple((row, 135.0) for row in rows) for name in ("7_t1", "7_t2")}
    spec = open_bundle(SHIPPED).manifest.preprocessing
    good, bad = (
        read_picture(Volume(spine()), spec=spec, run=run)[0]
        for run in (bright_bars, without_the_lowest)
    )
    made = number_slices("7", {"7_t1": good, "7_t2": bad}, centres, together=together)
    assert [(one.series, one.outcome) for one in made] == [("7_t1", RIGHT), ("7_t2", missed)]


def test_the_rules_of_the_folds_are_read_with_that_of_all() -> None:
    rules = read_rules(ROOT / "docs" / "models" / "lumbar-numbering" / "lowest-disc.csv")
    assert sorted(rules) == [-1, 0, 1, 2, 3, 4]
    assert rules[-1] == SHIPPED_RULE


def test_the_shipped_bundle_gives_its_five_networks_one_by_one() -> None:
    networks = networks_by_fold(open_bundle(SHIPPED))
    picture = spine()[:, None]
    first, second = (np.stack(list(network(picture))) for network in networks[:2])
    assert len(networks) == 5
    assert first.shape == (1, 4, 256, 256)
    assert not np.allclose(first, second)


def test_a_bundle_of_one_model_is_not_measured_out_of_fold() -> None:
    bundle = SimpleNamespace(manifest=SimpleNamespace(models=("model.onnx",)))
    with pytest.raises(BundleError, match="out of fold"):
        networks_by_fold(bundle)


def test_the_committed_centres_are_read() -> None:
    centres = read_centres(ROOT / "docs" / "models" / "lumbar-numbering" / "disc_centres.csv")
    assert len(centres) == 360
    assert len(centres["1_t1"]) == 7


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no row"),
        (HEADER, "no row"),
        (HEADER + "1,1_t1,2,5,5\n", "disc 2 of 1_t1 where 1 comes next"),
        (HEADER + "1,1_t1,1,5,x\n", "row 2: a value is absent or no number"),
        ("patient,series,disc,row\n1,1_t1,1,5\n", "row 2: a value is absent or no number"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_its_row(
    tmp_path: Path, text: str, found: str
) -> None:
    path = tmp_path / "centres.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=found):
        read_centres(path)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="FileNotFoundError"):
        read_centres(tmp_path / "none.csv")
