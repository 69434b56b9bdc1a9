"""A study's measures against those of earlier ones: which prior is taken, and what is compared."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive
from condyle.archive.tables import Analysis, StudyRow
from condyle.domain.findings import Measurement, Site
from condyle.domain.messages import Message
from condyle.reporting.report_json import read_report_json
from condyle.service.views.comparison import MOST_PRIORS, Comparison, comparison_of

HEIGHT, INDEX, SAC = "disc-height-middle", "disc-height-index", "thecal-sac-disc"


def one(
    name: str,
    value: float | None,
    *,
    level: str | None = "L4-L5",
    index: int = 2,
    within: float | None = 1.5,
) -> Measurement:
    site = Site("intervertebral-disc", level, index)
    reason = Message("sac-cut", {}, "L4-L5") if value is None else None
    return Measurement(name, value, "mm", site, 0, 0, "masks", reason=reason, repeatability=within)


def put_prior(archive: Archive, number: int, *measurements: Measurement) -> int:
    """Puts an earlier study, the earlier the larger its number."""
    study = put_study(archive, number, date=dt.date(2029, 1, 1) - dt.timedelta(days=number))
    put_run(archive, study, number=number, measurements=measurements)
    return study


def compared(archive: Archive, *now: Measurement) -> Comparison | None:
    """Puts the study itself and compares it."""
    study = put_study(archive)
    run = put_run(archive, study, measurements=now)
    with archive.database.read() as session:
        row = session.get_one(Analysis, run)
        assert row.report is not None
        report = read_report_json(archive.objects.read(row.report).decode())
        found = comparison_of(archive, session, session.get_one(StudyRow, study), row, report)
        if found is not None:
            session.expunge(found.study)
        return found


def codes(found: Comparison | None) -> list[str]:
    assert found is not None
    return [message.code for message in found.said]


def test_without_an_earlier_study_there_is_nothing_to_compare_with(archive: Archive) -> None:
    assert compared(archive, one(HEIGHT, 7.0)) is None


@pytest.mark.parametrize("now", [(), (one(HEIGHT, None), one(SAC, None))])
def test_where_nothing_was_measured_now_nothing_is_compared(
    archive: Archive, now: tuple[Measurement, ...]
) -> None:
    put_prior(archive, 2, one(HEIGHT, 9.0))
    assert compared(archive, *now) is None


def test_the_latest_earlier_study_that_measured_something_is_the_one(archive: Archive) -> None:
    put_prior(archive, 2)
    put_prior(archive, 3, one(HEIGHT, None))
    wanted = put_prior(archive, 4, one(HEIGHT, 9.0))
    put_prior(archive, 5, one(HEIGHT, 11.0))
    found = compared(archive, one(HEIGHT, 7.0))
    assert found is not None and found.study.id == wanted
    assert found.before == {(2, HEIGHT): 9.0}


def test_no_more_than_the_latest_few_studies_are_looked_at(archive: Archive) -> None:
    for number in range(2, 2 + MOST_PRIORS):
        put_prior(archive, number)
    put_prior(archive, 9, one(HEIGHT, 9.0))
    assert compared(archive, one(HEIGHT, 7.0)) is None


def test_only_a_change_beyond_the_repeatability_is_a_change(archive: Archive) -> None:
    put_prior(archive, 2, one(HEIGHT, 8.0), one(HEIGHT, 9.0, level="L5-S1", index=1))
    found = compared(archive, one(HEIGHT, 6.4), one(HEIGHT, 7.6, level="L5-S1", index=1))
    assert found is not None
    assert found.before == {(2, HEIGHT): 8.0, (1, HEIGHT): 9.0}
    assert found.changed == {(2, HEIGHT)}
    assert codes(found) == ["prior-same-patient", "change-since-prior", "no-change-since-prior"]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (one(HEIGHT, None), one(HEIGHT, 9.0)),
        (one(HEIGHT, 7.0), one(HEIGHT, None)),
        (one(HEIGHT, 7.0, within=None), one(HEIGHT, 9.0)),
        (one(SAC, 7.0), one(SAC, 12.0)),
        (one(HEIGHT, 7.0, level=None, index=7), one(HEIGHT, 9.0, level=None, index=7)),
        (one(HEIGHT, 7.0, level="L3-L4", index=7), one(HEIGHT, 9.0)),
    ],
    ids=["no value now", "none before", "no repeatability", "not followed", "no level", "other"],
)
def test_a_measure_that_cannot_be_compared_has_no_number_before(
    archive: Archive, now: Measurement, before: Measurement
) -> None:
    put_prior(archive, 2, before, one(INDEX, 0.3, level="L1-L2", index=5))
    found = compared(archive, now, one(INDEX, 0.3, level="L1-L2", index=5))
    assert found is not None
    assert set(found.before) == {(5, INDEX)} and not found.changed
    assert "not-comparable-with-prior" in codes(found)


def test_a_disc_is_compared_by_its_level_and_told_by_its_number_now(archive: Archive) -> None:
    put_prior(archive, 2, one(HEIGHT, 9.0, index=1))
    found = compared(archive, one(HEIGHT, 7.0, index=2))
    assert found is not None
    assert found.before == {(2, HEIGHT): 9.0} and found.changed == {(2, HEIGHT)}


def test_where_the_scale_differs_lengths_are_not_compared_and_ratios_are(archive: Archive) -> None:
    levels = (("L4-L5", 2), ("L3-L4", 3), ("L2-L3", 4))
    before = [one(HEIGHT, 9.0, level=level, index=at) for level, at in levels]
    before += [one(INDEX, 0.3, level=level, index=at, within=0.05) for level, at in levels]
    put_prior(archive, 2, *before)
    now = [one(HEIGHT, 4.5, level=level, index=at) for level, at in levels]
    now += [one(INDEX, 0.3, level=level, index=at, within=0.05) for level, at in levels]
    found = compared(archive, *sorted(now, key=lambda each: each.site.index_from_caudal or 0))
    assert found is not None and "scale-differs-from-prior" in codes(found)
    assert set(found.before) == {(at, INDEX) for _, at in levels} and not found.changed
