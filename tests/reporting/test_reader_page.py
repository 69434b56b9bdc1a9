"""What the page of a reader study says, and never says."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.estimate import Estimate
from condyle.domain.reader_study import ReaderPlan
from condyle.evaluation.reader_analysis import ReaderAnalysis, Warned, analyse_readers
from condyle.evaluation.reader_simulation import ReaderModel, simulate_readings
from condyle.evaluation.readers import ModelAlone, ReaderTable, model_alone
from condyle.reporting.evaluation.reader_page import ReaderStudyPage, reader_study_files
from condyle.reporting.evaluation.reader_sections import (
    change_verdict,
    pooled_verdict,
    reader_sections,
    short_lines,
)
from condyle.reporting.evaluation.reader_words import (
    WARNINGS,
    freedom_words,
    share_words,
    signed,
    warning_words,
)

TRUTH = np.arange(40) % 2 == 0
ARMS = ("without", "with")
NO_DRAWINGS = {"roc": (), "changes": (), "times": (), "experience": ()}


def model_of(table: ReaderTable) -> ModelAlone:
    answers = (table.calls[1, 0], table.scores[1, 0])
    return model_alone("a <model>", TRUTH, answers=answers, declined=np.arange(40) == 3)


@pytest.fixture(scope="module")
def analysis() -> ReaderAnalysis:
    readers = ReaderModel(areas=(0.70, 0.96), skill_sd=0.0, change_sd=0.0, minutes=(6.0, 3.0))
    made = simulate_readings(readers, TRUTH, readers=3, rng=np.random.default_rng(3))
    names = ("reader-1", "reader-2", "reader-3")
    table = ReaderTable(
        arms=ARMS,
        readers=names,
        patients=np.array([f"p{at}" for at in range(40)]),
        reference=TRUTH,
        calls=made.calls,
        scores=made.confidence,
        minutes=made.minutes,
        right_level=np.ones_like(made.calls),
        has_level=TRUTH,
    )
    years = dict(zip(names, (2.0, 9.0, 20.0), strict=True))
    rng = np.random.default_rng(0)
    return analyse_readers(table, rng, years=years, model=model_of(table), replicates=60)


def page_of(analysis: ReaderAnalysis, *, simulated: bool = False) -> ReaderStudyPage:
    plan = ReaderPlan(
        title="A <study>",
        arms=ARMS,
        readers=analysis.table.readers,
        reference_readers=("reference-1", "reference-2"),
        washout_days=28,
        crossing="sessions",
        confidence_of="presence",
        levels=(),
        sessions=(),
        cases=40,
        patients=40,
        simulated=simulated,
    )
    kappa = Estimate(0.81, 0.7, 0.9, 40, "bootstrap")
    return ReaderStudyPage(
        plan=plan,
        analysis=analysis,
        model=model_of(analysis.table),
        reference_source="reference.csv",
        reference_agreement=(("Fleiss' kappa", kappa),),
        left_out=2,
        covariance="delong",
        seed=7,
    )


@pytest.fixture(scope="module")
def files(analysis: ReaderAnalysis) -> dict[str, bytes]:
    return reader_study_files(page_of(analysis))


def test_the_page_stands_alone_and_escapes_what_it_shows(files: dict[str, bytes]) -> None:
    html = files["readers.html"].decode()
    assert "A &lt;study&gt;" in html and "<study>" not in html and "<model>" not in html
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert files["readers.pdf"].startswith(b"%PDF")


def test_every_figure_is_there_as_vector_and_as_pixels(files: dict[str, bytes]) -> None:
    stems = {name.removeprefix("figures/")[:-4] for name in files if name.startswith("figures/")}
    changes = {f"readers-change-{name}-1" for name in ("sensitivity", "specificity", "auc")}
    assert stems == {"readers-roc", "readers-times", "readers-experience", *changes}
    for stem in stems:
        assert files[f"figures/{stem}.png"].startswith(b"\x89PNG")
        assert b"<svg" in files[f"figures/{stem}.svg"]


def test_simulated_readings_are_said_to_be_so(analysis: ReaderAnalysis) -> None:
    banner = b"SIMULATED READINGS"
    assert banner in reader_study_files(page_of(analysis, simulated=True))["readers.html"]
    assert banner not in reader_study_files(page_of(analysis))["readers.html"]


def test_how_it_was_done_is_told(files: dict[str, bytes]) -> None:
    html = files["readers.html"].decode()
    for text in (
        "at least 28 days",
        "2 cases were left out",
        "Agreement of the reference",
        "0.810",
    ):
        assert text in html


def test_the_json_holds_every_estimate_and_nothing_that_json_cannot(
    analysis: ReaderAnalysis, files: dict[str, bytes]
) -> None:
    text = files["readers.json"].decode()
    document = json.loads(text)
    assert "NaN" not in text and "Infinity" not in text
    auc = document["readers"][1]["arms"]["with"]["auc"]
    assert auc["value"] == analysis.readers[1].arms[1].auc.value
    assert document["readers"][1]["changes"]["with"]["auc"]["verdict"]
    assert len(document["pooled"]["with"]) == 15
    assert document["model"]["name"] == "a <model>" and document["model"]["declined"] == 1
    assert document["warnings"][0]["text"]


def test_the_csv_has_a_row_for_every_change_with_its_verdict(
    analysis: ReaderAnalysis, files: dict[str, bytes]
) -> None:
    rows = list(csv.DictReader(io.StringIO(files["readers.csv"].decode())))
    changes = [row for row in rows if row["part"] == "change"]
    assert len(changes) == 3 * 5
    for row in changes:
        said = {"better", "worse", "not shown", "faster", "slower"}
        assert row["verdict"] in said
        shown = row["verdict"] != "not shown"
        assert shown == (float(row["probability_false"]) < 0.05)
    auc = next(row for row in changes if row["figure"] == "auc")
    change = analysis.readers[0].changes[0]["auc"]
    assert float(auc["value"]) == change.difference.value
    assert float(auc["p_holm"]) == analysis.holm[0]["auc"][0]


def test_better_stands_in_the_pooled_table_only_where_the_interval_excludes_0(
    analysis: ReaderAnalysis,
) -> None:
    section = next(
        s for s in reader_sections(analysis, NO_DRAWINGS) if s.title == "All readers together"
    )
    for row, pooled in zip(section.tables[0].rows, analysis.pooled[0], strict=True):
        excludes = pooled.difference.low > 0 or pooled.difference.high < 0
        assert (row[-1] != "not shown") == excludes
        assert row[-1] == pooled_verdict(pooled)


def test_fewer_minutes_are_faster_and_not_worse(analysis: ReaderAnalysis) -> None:
    minutes = [p for p in analysis.pooled[0] if p.figure == "minutes"]
    assert {pooled_verdict(each) for each in minutes} == {"faster"}
    assert minutes[0].difference.value < 0
    saved = analysis.readers[0].changes[0]["minutes saved"]
    assert change_verdict("minutes saved", saved) == "faster" and saved.difference.value > 0


def test_the_short_lines_name_sizes_and_warn(analysis: ReaderAnalysis) -> None:
    lines = short_lines(analysis)
    assert lines[0].startswith("3 readers, 40 cases (20 with the finding, 20 without) of 40")
    assert any(line.startswith("ROC area: 'with' ") for line in lines)
    assert any("fewer than 10 no slope" in line for line in lines)


def test_a_study_without_a_model_or_second_arm_leaves_those_parts_out(
    analysis: ReaderAnalysis,
) -> None:
    table = analysis.table
    one = replace(
        table,
        arms=ARMS[:1],
        readers=table.readers[:1],
        calls=table.calls[:1, :1],
        scores=table.scores[:1, :1],
        minutes=table.minutes[:1, :1],
        right_level=table.right_level[:1, :1],
    )
    found = analyse_readers(one, np.random.default_rng(0), replicates=30)
    titles = [section.title for section in reader_sections(found, NO_DRAWINGS)]
    assert titles == ["In short", "Each reader"]
    assert short_lines(found)[0].startswith("1 reader, 40 cases")


@pytest.mark.parametrize("code", sorted(WARNINGS))
def test_every_warning_has_its_sentence(code: str) -> None:
    names = ("readers", "cases", "kind", "patients", "arm", "calls", "total", "readings", "unit")
    text = warning_words(Warned(code, dict.fromkeys(names, 3)))
    assert text.endswith(".") and "{" not in text


def test_numbers_are_worded_with_sign_share_and_freedom() -> None:
    gap = Estimate(0.1, -0.02, 0.22, 40, "t")
    nan = float("nan")
    assert signed(gap) == "+0.100 (-0.020 to +0.220)"
    assert signed(replace(gap, low=nan, high=nan)) == "+0.100 (no interval)"
    assert signed(replace(gap, value=nan)) == "undefined"
    assert (share_words(0.034), share_words(0.0001), share_words(nan)) == ("3.4 %", "< 0.1 %", "-")
    assert freedom_words(float("inf")) == "infinite" and freedom_words(15.26) == "15.26"
