"""``condyle read`` calls the workflow, writes the report and says what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from condyle.domain import BundleRef, Finding, Message, Report, Site, StudySummary
from condyle.domain.progress import Progress
from condyle.errors import NothingReadable, SeveralStudies

DISC = "intervertebral-disc"


def finding(name: str, value: int | bool | None, **more: Any) -> Finding:
    site = Site(DISC, level=more.pop("level", "L4-L5"), index_from_caudal=more.pop("index", 2))
    return Finding(
        id=f"{name}-{site.level}",
        name=name,
        site=site,
        value=value,
        probability=more.pop("probability", 0.9),
        **more,
    )


def report(*findings: Finding, **more: Any) -> Report:
    return Report(
        study=StudySummary(
            uid=None, anatomy="lumbar-spine", simulated=more.pop("simulated", False)
        ),
        series=(),
        bundles=(BundleRef("lumbar-anatomy", "0.1.0", "0" * 64),),
        findings=findings,
        **more,
    )


@dataclass(frozen=True)
class Written:
    directory: Path
    files: tuple[Path, ...]


@dataclass
class Reading:
    """Stands in for the workflow and the writer, and remembers what they were given."""

    result: Report = field(default_factory=report)
    error: Exception | None = None
    asked: dict[str, Any] = field(default_factory=dict)

    def read_study(
        self,
        paths: Any,
        *,
        study: Any = None,
        bundles: Any = None,
        int8: bool = False,
        progress: Any = None,
    ) -> Report:
        self.asked.setdefault("all", []).append(paths)
        self.asked |= {"paths": paths, "study": study, "bundles": bundles}
        progress(Progress("discover", 1, 1))
        if self.error:
            raise self.error
        return self.result

    def write_report(self, result: Report, out: Path, *, language: str = "en") -> Written:
        self.asked |= {"out": out, "language": language}
        return Written(out, (out / "report.json", out / "report.html"))


@pytest.fixture
def reading(fake) -> Reading:
    work = Reading()
    fake("condyle.workflows.read_study", read_study=work.read_study)
    fake("condyle.reporting", write_report=work.write_report)
    return work


def test_one_path_is_read_and_the_report_is_named(condyle, reading: Reading, tmp_path) -> None:
    outcome = condyle("read", "some/study", "--out", tmp_path / "r")
    assert outcome.status == 0
    assert outcome.err == ""
    assert f"Report: {tmp_path / 'r' / 'report.html'}" in outcome.out
    assert reading.asked["paths"] == [Path("some/study")]


def test_several_paths_are_one_study(condyle, reading: Reading) -> None:
    condyle("read", "a.png", "b.png", "--out", "r")
    assert reading.asked["paths"] == [Path("a.png"), Path("b.png")]


def test_the_study_and_language_are_passed_on(condyle, reading: Reading) -> None:
    condyle("read", "x", "--out", "r", "--study", "2", "--language", "es")
    assert (reading.asked["study"], reading.asked["language"]) == (2, "es")


def test_english_and_no_choice_of_study_are_the_defaults(condyle, reading: Reading) -> None:
    condyle("read", "x", "--out", "r")
    assert (reading.asked["study"], reading.asked["language"]) == (None, "en")


def test_quiet_prints_nothing(condyle, reading: Reading) -> None:
    outcome = condyle("read", "x", "--out", "r", "--quiet")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")


def test_the_table_has_a_row_a_disc_from_the_sacrum_up(condyle, reading: Reading) -> None:
    reading.result = report(
        finding("pfirrmann-grade", 3, level="L4-L5", index=2, probability=0.61),
        finding("pfirrmann-grade", 2, level="L5-S1", index=1, probability=0.8),
        finding("disc-narrowing", True, level="L4-L5", index=2, probability=0.93),
        finding("disc-bulging", False, level="L4-L5", index=2, probability=0.1),
    )
    lines = condyle("read", "x", "--out", "r").out.splitlines()
    assert lines[0].split() == ["level", "Pfirrmann", "positive", "abstained"]
    assert lines[1].split() == ["L5-S1", "2", "(80%)", "-", "-"]
    assert lines[2].split() == ["L4-L5", "3", "(61%)", "disc-narrowing", "(93%)", "-"]


def test_a_disc_without_a_level_is_counted(condyle, reading: Reading) -> None:
    reading.result = report(finding("pfirrmann-grade", 3, level=None, index=4))
    assert "disc 4" in condyle("read", "x", "--out", "r").out


def test_what_was_abstained_is_shown(condyle, reading: Reading) -> None:
    why = Message("no-t1-and-t2")
    reading.result = report(
        finding("modic-change", None, abstained=True, abstention=why),
        finding("disc-bulging", True),
    )
    row = condyle("read", "x", "--out", "r").out.splitlines()[1]
    assert row.endswith("modic-change")


def test_a_disc_where_all_was_abstained_says_all(condyle, reading: Reading) -> None:
    reading.result = report(
        finding("modic-change", None, abstained=True),
        finding("pfirrmann-grade", None, abstained=True),
    )
    assert condyle("read", "x", "--out", "r").out.splitlines()[1].split()[-1] == "all"


def test_a_finding_that_no_model_looked_at_has_no_percentage(condyle, reading: Reading) -> None:
    reading.result = report(finding("pfirrmann-grade", 3, probability=None))
    assert "%" not in condyle("read", "x", "--out", "r").out


def test_a_study_without_findings_is_still_a_report(condyle, reading: Reading) -> None:
    reading.result = report(refused=(Message("wrong-body-part"),))
    outcome = condyle("read", "x", "--out", "r")
    assert outcome.status == 0
    assert "No disc" in outcome.out
    assert "1 refusal." in outcome.out


def test_a_simulated_study_is_said_to_be_one(condyle, reading: Reading) -> None:
    reading.result = report(simulated=True)
    assert "simulated" in condyle("read", "x", "--out", "r").out


def test_what_was_not_assessed_is_counted(condyle, reading: Reading) -> None:
    reading.result = report(not_assessed=(Message("foramina"), Message("conus")))
    assert "2 structures not assessed" in condyle("read", "x", "--out", "r").out


@pytest.mark.parametrize(
    "error",
    [
        NothingReadable("No image.", found="no file", needed="an image", mend="give one."),
        SeveralStudies("Two studies.", found="2 studies", needed="one", mend="use --study."),
    ],
)
def test_an_error_is_at_most_four_lines_and_its_status(condyle, reading, error) -> None:
    reading.error = error
    outcome = condyle("read", "x", "--out", "r")
    assert outcome.status == 2
    assert outcome.error_lines == error.lines()
    assert outcome.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("read",),
        ("read", "x"),
        ("read", "--out", "r"),
        ("read", "x", "--out", "r", "--study", "0"),
        ("read", "x", "--out", "r", "--study", "two"),
        ("read", "x", "--out", "r", "--language", "tlh"),
        ("read", "x", "--out", "r", "--no-such-option"),
    ],
)
def test_wrong_usage_is_status_2_and_four_lines(condyle, reading: Reading, arguments) -> None:
    outcome = condyle(*arguments)
    assert outcome.status == 2
    assert len(outcome.error_lines) == 4
    assert "condyle read --help" in outcome.err
    assert not reading.asked


def test_a_prior_study_is_read_by_the_same_bundle(
    condyle, reading: Reading, fake, tmp_path
) -> None:
    fake("condyle.workflows.open_study", names_other_patients=lambda paths, prior: True)
    outcome = condyle("read", "now", "--prior", "before", "--out", tmp_path / "r")
    assert outcome.status == 0
    assert str(reading.asked["all"][0]) == "before", "read first: it may not be readable"
    assert len(reading.asked["all"]) == 2
    assert reading.asked["bundles"] == ["lumbar-grading"]
