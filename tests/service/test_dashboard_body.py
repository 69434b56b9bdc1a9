"""The dashboard's bodies from rows: nothing there, ties, silence, versions, both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.archive.dashboard_of import APRIL, MAY, Rows

from condyle.archive.dashboard_runs import Spoken
from condyle.archive.database import Database, open_database
from condyle.evaluation.drift_shift import Shift
from condyle.service.schemas.dashboard import Dashboard
from condyle.service.views.dashboard import agreement_of, dashboard_body, drift_entry
from condyle.service.views.dashboard_figures import figures
from condyle.workflows.clinic.drift import ENDS, BundleDrift, Drift


@pytest.fixture
def rows(archive_url: str) -> Iterator[Rows]:
    database: Database = open_database(archive_url)
    with database.write() as session:
        yield Rows(session)
    database.close()


def body(rows: Rows, *, silent: bool = False, language: str = "en") -> Dashboard:
    counted = figures(rows.session, MAY, "month", silent=silent)
    return dashboard_body(counted, "month", language, silent=silent)


def spoken(accepted: int, changed: int, patients: int) -> Spoken:
    rows = accepted + changed
    return Spoken(
        period=None, bundle="b", version="1", name=None, accepted=accepted, changed=changed,
        rejected=0, unanswered=2, patients=patients, rows_rows=rows, hits_rows=accepted,
        hits_hits=accepted,
    )  # fmt: skip


def test_one_study_that_nobody_read_is_a_volume_and_nothing_else(rows: Rows) -> None:
    rows.study(MAY, anatomy=None, source="dicom")
    given = body(rows)
    assert [(one.anatomy, one.source, one.count) for one in given.volume] == [(None, "dicom", 1)]
    assert (given.turnaround, given.bundles) == ([], [])


def test_a_hidden_run_leaves_the_page_of_a_reader_as_it_was(rows: Rows) -> None:
    study = rows.study()
    before = body(rows)
    run = rows.run(study, hidden=True)
    rows.finding(run, True)
    rows.run(study, hidden=True, state="refused", code="no-plain-t2", bundle="other")
    rows.own_call(
        run, [{"name": "disc-bulging", "level": "L4-L5", "value": True}], user=rows.user()
    )
    assert body(rows) == before
    grading, other = body(rows, silent=True).bundles
    assert grading.silent and grading.own_calls is not None and grading.own_calls.accepted == 1
    assert other.periods[0].reasons[0].code == "no-plain-t2"


def test_versions_are_bundles_of_their_own_and_silent_as_their_last_runs_were(rows: Rows) -> None:
    rows.run(rows.study(), APRIL, hidden=True, version="1.0.0")
    rows.run(rows.study(MAY), MAY, version="1.0.0")
    rows.run(rows.study(MAY), MAY, hidden=True, version="2.0.0")
    told = [(one.version, one.silent) for one in body(rows, silent=True).bundles]
    assert told == [("1.0.0", False), ("2.0.0", True)]


def test_reasons_are_the_most_frequent_first_in_the_readers_language(rows: Rows) -> None:
    for code in ("wrong-anatomy", "no-plain-t2", "no-plain-t2"):
        rows.run(rows.study(), state="refused", code=code)
    texts = {}
    for language in ("en", "es", "xx"):
        reasons = body(rows, language=language).bundles[0].periods[0].reasons
        assert [(one.code, one.count) for one in reasons] == [
            ("no-plain-t2", 2),
            ("wrong-anatomy", 1),
        ]
        texts[language] = [one.text for one in reasons]
        assert all(texts[language]) and "{" not in "".join(texts[language])
    assert texts["xx"] == texts["en"] != texts["es"]


def test_a_share_of_nothing_is_null_and_of_one_patient_has_no_interval() -> None:
    nothing = agreement_of(spoken(0, 0, 0))
    assert (nothing.share.value, nothing.share.low, nothing.share.n) == (None, None, 0)
    assert nothing.unanswered == 2
    one = agreement_of(spoken(1, 1, 1)).share
    assert (one.value, one.low, one.high) == (0.5, None, None)
    many = agreement_of(spoken(12, 8, 20)).share
    assert many.low is not None and many.high is not None
    assert many.low < 0.6 < many.high and many.value == 0.6


def test_drift_is_told_smallest_p_first_and_runs_ends_say_why() -> None:
    def drift(subject: str, p: float, at: str) -> Drift:
        shift = Shift("x", 0.2, at, p, 0.1, 0.1, 0.3, (9, 9), (4, 5))
        return Drift(subject, shift, p, 0.1, 0.3)

    span = (APRIL, MAY)
    found = BundleDrift(
        "b", "1", now=span, before=span, studies=(40, 41),
        drifts=(drift("disc-bulging", 0.2, "1"), drift(ENDS, 0.001, "refused: no-plain-t2")),
    )  # fmt: skip
    entry = drift_entry(found, "es")
    ends, bulging = entry.tests
    assert (ends.subject, ends.title, ends.changed) == (ENDS, "", True)
    assert "T2" in ends.reason and bulging.reason == "" and bulging.title != "disc-bulging"
    assert (entry.studies_before, entry.studies_now, entry.verdict) == (40, 41, "changed")
