"""A small study whose every answer was filled in by hand, and what must come of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from condyle.workflows.analyse_reader_study import AnalysisOptions, analyse_reader_study
from condyle.workflows.plan_reader_study import StudyDesign, plan_reader_study
from condyle.workflows.readers.folder import open_reader_study

# Two readers, 20 cases: the first ten have the finding. A letter a case: p a true call,
# m a missed one, c a true rejection, f a false call.
SAID = {
    ("reader-1", "without"): "ppppppmmmm" + "cccccccfff",
    ("reader-1", "with"): "pppppppppm" + "ccccccccff",
    ("reader-2", "without"): "pppppmmmmp" + "cccccccccf",
    ("reader-2", "with"): "ppppppppmp" + "cccccccccf",
}
MINUTES = {"without": 4.0, "with": 3.0}


def fill(folder: Path) -> None:
    """Fills in every sheet, the order of cases being that of the list."""
    study = open_reader_study(folder)
    places = {case.code: int(case.case[1:]) for case in study.cases}
    for path in (folder / "sheets").iterdir():
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        for row in rows:
            at = places[row["case"]]
            letter = SAID[row["reader"], row["arm"]][at]
            called = letter in "pf"
            row["call"] = "1" if called else "0"
            # A true call is surer than a false one, and a miss less sure than a rejection.
            row["confidence"] = {"p": "90", "f": "60", "m": "40", "c": "10"}[letter]
            row["minutes"] = str(MINUTES[row["arm"]] + at % 2)
            day = 1 if row["session"] == "1" else 30
            row["date"] = f"2030-03-{day:02}"
            row["level"] = ("L4-L5" if at != 0 else "L5-S1") if called else ""
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(stream.getvalue(), "utf-8")
    (folder / "readers.csv").write_text("reader,years\nreader-1,2\nreader-2,12\n")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("known")
    lines = [f"s{at},{1 if at < 10 else 0},{'L4-L5' if at < 10 else ''}" for at in range(20)]
    (folder / "cases.csv").write_text("case,reference,level\n" + "\n".join(lines) + "\n")
    design = StudyDesign("Known", readers=2)
    plan_reader_study(folder / "cases.csv", folder / "study", design, seed=9)
    fill(folder / "study")
    analyse_reader_study(folder / "study", folder / "out", AnalysisOptions(replicates=300))
    found: dict[str, Any] = json.loads((folder / "out" / "readers.json").read_text())
    found["page"] = (folder / "out" / "readers.html").read_text()
    return found


def reader(result: dict[str, Any], at: int) -> dict[str, Any]:
    found: dict[str, Any] = result["readers"][at]
    return found


@pytest.mark.parametrize(
    ("at", "arm", "figure", "value"),
    [
        (0, "without", "sensitivity", 0.6),
        (0, "with", "sensitivity", 0.9),
        (0, "without", "specificity", 0.7),
        (0, "with", "specificity", 0.8),
        (0, "without", "accuracy", 0.65),
        (0, "with", "accuracy", 0.85),
        (1, "without", "sensitivity", 0.6),
        (1, "with", "sensitivity", 0.9),
        (1, "without", "specificity", 0.9),
        (1, "with", "specificity", 0.9),
    ],
)
def test_each_figure_is_what_was_filled_in(
    result: dict[str, Any], at: int, arm: str, figure: str, value: float
) -> None:
    assert reader(result, at)["arms"][arm][figure]["value"] == pytest.approx(value)


def test_the_area_counts_pairs(result: dict[str, Any]) -> None:
    # Reader 1 without: six calls of 90 beat all ten negatives; four misses of 40 beat the
    # seven rejections of 10: (60 + 28) of 100 pairs.
    assert reader(result, 0)["arms"]["without"]["auc"]["value"] == pytest.approx(0.88)
    # With: nine beat all ten, one miss beats eight.
    assert reader(result, 0)["arms"]["with"]["auc"]["value"] == pytest.approx(0.98)


def test_a_call_at_another_level_is_not_located(result: dict[str, Any]) -> None:
    # The first case was called at the wrong level by everybody.
    assert reader(result, 0)["arms"]["with"]["located"]["value"] == pytest.approx(0.8)
    assert reader(result, 0)["arms"]["without"]["located"]["value"] == pytest.approx(0.5)


def test_the_change_has_mcnemars_p_value_and_the_published_probability(
    result: dict[str, Any],
) -> None:
    change = reader(result, 0)["changes"]["with"]["sensitivity"]
    # Three positives gained, none lost: exact 2/8, mid-p 1/8, and 0.5 ** 4 for the claim.
    assert change["difference"]["value"] == pytest.approx(0.3)
    assert change["p_value"] == pytest.approx(0.125)
    assert change["probability_false"] == pytest.approx(0.0625)
    assert change["verdict"] == "not shown"


def test_holm_doubles_the_smaller_of_two_p_values(result: dict[str, Any]) -> None:
    # Both readers gain three and lose none: 0.125 each.
    assert result["holm"]["with"]["sensitivity"] == pytest.approx([0.25, 0.25])


def test_times_are_those_of_the_sheets(result: dict[str, Any]) -> None:
    times = reader(result, 1)["arms"]["without"]["times"]
    assert times["median"]["value"] == pytest.approx(4.5)
    assert (times["lower_quartile"], times["upper_quartile"]) == (4.0, 5.0)
    saved = reader(result, 1)["changes"]["with"]["minutes saved"]
    assert saved["difference"]["value"] == pytest.approx(1.0)
    assert saved["verdict"] == "A is better than B"
    pooled = [each for each in result["pooled"]["with"] if each["figure"] == "minutes"]
    assert {each["difference"]["value"] for each in pooled} == {-1.0}


def test_all_readers_together_gain_what_each_gains(result: dict[str, Any]) -> None:
    found = {(each["figure"], each["generalises"]): each for each in result["pooled"]["with"]}
    every = found["sensitivity", "readers and cases"]
    assert every["difference"]["value"] == pytest.approx(0.3)
    assert every["against"]["value"] == pytest.approx(0.6)
    # Both readers gain the same, so nothing varies between them.
    fixed = found["sensitivity", "readers"]["difference"]
    assert fixed["low"] == pytest.approx(0.3) and fixed["high"] == pytest.approx(0.3)


def test_readers_agree_as_their_calls_do(result: dict[str, Any]) -> None:
    without, with_model = result["agreement"]
    alike = sum(
        (a in "pf") == (b in "pf")
        for a, b in zip(SAID["reader-1", "without"], SAID["reader-2", "without"], strict=True)
    )
    assert without["unanimous"]["value"] == pytest.approx(alike / 20)
    # Cohen's kappa by hand: 16 of 20 alike; 9 and 7 called.
    seen = alike / 20
    chance = (9 * 7 + 11 * 13) / 400
    assert without["pairs"][0][2]["value"] == pytest.approx((seen - chance) / (1 - chance))
    assert with_model["arm"] == "with"


def test_two_readers_are_too_few_for_experience_and_said_to_be(result: dict[str, Any]) -> None:
    assert result["experience"] == []
    codes = {warning["code"] for warning in result["warnings"]}
    assert {"no-experience", "few-readers", "few-cases"} <= codes
    assert "<h2>Years of experience" not in result["page"]


def test_the_page_says_nothing_of_simulation_or_of_a_model(result: dict[str, Any]) -> None:
    assert "SIMULATED" not in result["page"] and result["model"] is None
    assert "The model alone" not in result["page"]
