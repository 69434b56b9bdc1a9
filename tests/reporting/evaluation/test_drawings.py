"""Every kind of chart becomes an SVG and a PNG, always the same, and says what it shows."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from condyle.domain.evaluation_charts import ConfusionChart, Curve, ForestChart, LineChart
from condyle.reporting.evaluation.draw import caption_of, drawings
from condyle.reporting.evaluation.words import (
    covariate_word,
    estimate_words,
    figure_word,
    file_stem,
    number,
    p_words,
)

KINDS = [
    "roc",
    "precision-recall",
    "decision",
    "thresholds",
    "selective-risk",
    "froc",
    "calibration",
    "confusion",
    "declined",
    "cases",
    "forest",
    "bland-altman",
]


def drawn(charts, kind):
    return drawings([(kind, charts[kind])], "task")[0]


def words_of(svg: bytes) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode("utf-8")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_drawn_in_both_forms(charts, kind):
    made = drawn(charts, kind)
    assert made.name == f"task-{kind}"
    assert made.svg.startswith(b"<?xml") and b"</svg>" in made.svg
    with Image.open(io.BytesIO(made.png)) as picture:
        assert picture.width >= 600 and picture.height >= 280
        assert len(picture.convert("RGB").getcolors(1_000_000)) > 8
    assert made.caption.endswith(".")


@pytest.mark.parametrize("kind", ["roc", "forest"])
def test_the_same_chart_gives_the_same_bytes(charts, kind):
    assert drawn(charts, kind) == drawn(charts, kind)


@pytest.mark.parametrize("kind", ["roc", "confusion"])
def test_no_file_holds_a_clock(charts, kind):
    made = drawn(charts, kind)
    assert b"<dc:date>" not in made.svg
    assert b"tIME" not in made.png


def test_a_confusion_matrix_shows_counts_shares_and_what_was_declined(charts):
    said = words_of(drawn(charts, "declined").svg)
    for word in ("declined", "56%", "33%", "reference", "answer"):
        assert word in said
    assert "declined" not in words_of(drawn(charts, "confusion").svg)


def test_a_forest_plot_names_groups_sizes_and_numbers(charts):
    said = words_of(drawn(charts, "forest").svg)
    for word in ("sex", "F, 30 patients", "0.80 (0.75 to 0.85)", "ROC area", "0.60"):
        assert word in said


def test_limits_of_agreement_are_written_beside_their_lines(charts):
    said = words_of(drawn(charts, "bland-altman").svg)
    assert "bias 0.00" in said and "upper limit 1.00" in said and "(years)" in said


def test_cases_without_a_value_are_left_out_and_the_rest_counted(charts):
    said = words_of(drawn(charts, "cases").svg)
    assert "n = 3" in said and "n = 0" in said


def test_a_task_stands_in_words_above_its_chart(charts):
    said = words_of(drawn(charts, "roc").svg)
    assert "Disc narrowing" in said and "note" in said
    assert drawn(charts, "roc").caption.startswith("Disc narrowing: roc.")


def test_a_name_that_looks_like_markup_is_only_text():
    chart = ConfusionChart("<b>$x^2$</b>: it", ("<script>", "$\\frac{1$"), ((1, 0), (0, 1)))
    made = drawings([("x", chart)], "../../etc")[0]
    assert made.name == "etc-x"
    assert b"<script>" not in made.svg


def test_a_long_name_is_cut(charts):
    row = charts["forest"].rows[0]
    rows = tuple(type(row)("g" * 90, "n" * 90, row.estimate, "1 patient") for _ in range(2))
    said = words_of(drawings([("f", ForestChart("t: x", "auc", rows, 0.5))])[0].svg)
    assert "n" * 45 not in said and "..." in said


def test_a_curve_with_gaps_is_drawn():
    nan = float("nan")
    chart = LineChart("thresholds", "t: x", (Curve("ppv", (0.1, 0.5, 0.9), (0.5, nan, nan)),))
    assert drawings([("x", chart)])[0].png


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_on_how_it_is_read(charts, kind):
    assert caption_of(charts[kind])


def test_a_caption_tells_of_a_band_and_of_grey_only_where_they_are_drawn(charts):
    assert "The band holds 95 %" in caption_of(charts["roc"])
    bare = replace(charts["roc"], curves=(Curve("A", (0.0, 1.0), (0.0, 1.0)),))
    assert caption_of(bare) == "Sensitivity against 1 - specificity."
    assert "grey" in caption_of(charts["forest"])
    sure = replace(charts["forest"], rows=charts["forest"].rows[:1])
    assert caption_of(sure) == "95 % intervals by patient."


def test_numbers_are_worded_with_as_many_digits_as_can_be_read(estimate):
    nan = float("nan")
    shown = [number(v) for v in (0.12345, 12.344, 1234.4, nan)]
    assert shown == ["0.123", "12.34", "1234", "undefined"]
    assert estimate_words(estimate(0.8)) == "0.800 (0.750 to 0.850)"
    assert estimate_words(estimate(nan, nan, nan)) == "undefined"
    assert estimate_words(estimate(0.8, nan, nan)) == "0.800 (no interval)"
    assert [p_words(p) for p in (0.0001, 0.0312, nan)] == ["< 0.001", "0.031", "-"]


def test_figures_and_covariates_have_words():
    assert figure_word("auc") == "ROC area"
    assert figure_word("advantage-auc") == "advantage of A, ROC area"
    assert figure_word("made-up-figure") == "made up figure"
    assert covariate_word("MagneticFieldStrength") == "field strength (T)"
    assert covariate_word("my_site") == "my site"
    assert file_stem("A b/c", "roc") == "a-b-c-roc"
