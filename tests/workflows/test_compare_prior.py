"""What is said of two studies of one patient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from condyle.dicom.write import MRTags, derived_uid, write_mr_series
from condyle.domain.findings import Measurement, Site
from condyle.domain.report import Report, StudySummary
from condyle.domain.volume import Volume
from condyle.errors import InputError, NothingReadable
from condyle.workflows.compare_prior import changes, read_prior, with_prior
from condyle.workflows.open_study import names_other_patients


def one(
    value: float | None, *, name: str = "disc-height-middle", level: str | None = "L4-L5"
) -> Measurement:
    site = Site("intervertebral-disc", level, 2)
    return Measurement(name, value, "mm", site, 0, 0, "masks", repeatability=1.5)


def said(now: list[Measurement], before: list[Measurement]) -> list[tuple[str, str]]:
    return [(message.code, message.subject) for message in changes(now, before)]


def test_a_difference_beyond_the_repeatability_is_a_change_with_both_numbers() -> None:
    (message,) = changes([one(6.0)], [one(8.0)])
    assert message.code == "change-since-prior"
    assert message.params == {
        "measure": "disc-height-middle",
        "before": 8.0,
        "now": 6.0,
        "repeatability": 1.5,
    }


def test_a_difference_within_the_repeatability_is_none() -> None:
    assert said([one(6.5)], [one(8.0)]) == [("no-change-since-prior", "L4-L5")]


def test_levels_are_compared_by_name_and_each_is_told_of() -> None:
    now = [one(6.0), one(7.0, level="L3-L4"), one(5.0, level=None)]
    before = [one(7.0, level="L3-L4"), one(9.0), one(5.0, level=None)]
    assert said(now, before) == [
        ("change-since-prior", "L4-L5"),
        ("no-change-since-prior", "L3-L4"),
        ("not-comparable-with-prior", "disc-2"),
    ]


def test_what_was_not_measured_in_one_of_them_is_not_compared() -> None:
    nothing = [("not-comparable-with-prior", "L4-L5")]
    assert said([one(None)], [one(8.0)]) == nothing
    assert said([one(6.0)], [one(None)]) == nothing
    assert said([one(6.0, name="thecal-sac-disc")], [one(9.0, name="thecal-sac-disc")]) == nothing


def test_the_report_says_that_both_were_taken_for_one_patient() -> None:
    empty = Report(StudySummary(None, "lumbar-spine"), (), ())
    now = Report(StudySummary(None, "lumbar-spine"), (), (), measurements=(one(6.0),))
    told = with_prior(now, Report(empty.study, (), (), measurements=(one(8.0),)))
    assert [message.code for message in told.assumptions] == ["prior-same-patient"]
    assert [message.code for message in told.warnings] == ["change-since-prior"]


def test_a_report_without_a_measure_says_that_nothing_was_compared() -> None:
    empty = Report(StudySummary(None, "knee"), (), ())
    told = with_prior(empty, Report(empty.study, (), (), measurements=(one(8.0),)))
    assert [(said.code, said.subject) for said in told.warnings] == [
        ("not-comparable-with-prior", "study")
    ]


def spine(factor: float, shrunk: float = 1.0) -> list[Measurement]:
    found = []
    for level in ("L4-L5", "L3-L4", "L2-L3"):
        found.append(one(8.0 * factor * shrunk, level=level))
        found.append(one(0.3 * shrunk, name="disc-height-index", level=level))
    return found


def test_another_scale_is_told_of_and_only_ratios_are_compared() -> None:
    told = said(spine(1.3), spine(1.0))
    assert told[0] == ("scale-differs-from-prior", "study")
    assert {code for code, _ in told[1:]} == {"no-change-since-prior"}


def test_discs_that_all_became_lower_are_no_other_scale() -> None:
    codes = {code for code, _ in said(spine(1.0, shrunk=0.7), spine(1.0))}
    assert codes == {"change-since-prior"}


def test_no_change_is_no_warning() -> None:
    empty = Report(StudySummary(None, "lumbar-spine"), (), ())
    now = Report(empty.study, (), (), measurements=(one(6.5),))
    told = with_prior(now, Report(empty.study, (), (), measurements=(one(6.0),)))
    assert told.warnings == ()
    assert [m.code for m in told.assumptions] == ["prior-same-patient", "no-change-since-prior"]


def test_another_patient_in_the_headers_is_the_first_warning() -> None:
    empty = Report(StudySummary(None, "lumbar-spine"), (), ())
    told = with_prior(empty, empty, other_patient=True)
    codes = [message.code for message in told.warnings]
    assert codes == ["prior-other-patient", "not-comparable-with-prior"]


def test_an_error_of_the_prior_says_so() -> None:
    def read(path: Path) -> Report:
        raise NothingReadable("No image was found.", found="2 files", needed="an image")

    with pytest.raises(InputError, match="The prior study cannot be read: No image") as caught:
        read_prior(Path("earlier"), read)
    assert caught.value.lines()[1:] == [
        "  found:  2 files",
        "  needed: an image",
        "  mend:   name another path with --prior, or leave it out.",
    ]


def test_patients_are_told_apart_by_their_headers(tmp_path: Path) -> None:
    def study(name: str, patient: str) -> Path:
        folder = tmp_path / name
        write_mr_series(
            folder,
            volume=Volume(np.ones((2, 64, 64), np.float32), (3.0, 1.0, 1.0), np.eye(4)),
            study_uid=derived_uid(name),
            series_uid=derived_uid(name, "series"),
            frame_of_reference_uid=derived_uid(name, "frame"),
            description="T1",
            tags=MRTags(tr_ms=500.0, te_ms=10.0, patient_id=patient, patient_name=""),
        )
        return folder

    now, before = study("now", "P1"), study("before", "P1")
    assert not names_other_patients([now], before)
    assert names_other_patients([now], study("other", "P2"))
    assert not names_other_patients([now], study("unnamed", ""))
