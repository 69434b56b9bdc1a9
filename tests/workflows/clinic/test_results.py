"""What of a finding counts, and what of a result is kept."""

import json

import pytest

from condyle.archive import analyses
from condyle.archive.studies import get_study
from condyle.archive.tables import InstanceRow
from condyle.domain.messages import Message
from condyle.errors import NotThere
from condyle.workflows.clinic.analyse import FINDINGS, REPORT, Result
from condyle.workflows.clinic.results import (
    KeptResult,
    _is_positive,
    held_instances,
    keep_result,
    record_result,
    voxels_of,
)

from .brought import NOW, Bringer, mr, new_archive, picture, written


def document(**changed):
    made = {
        "id": "disc-herniation/disc-1",
        "name": "disc-herniation",
        "site": {"structure": "intervertebral-disc", "level": "L5-S1", "index_from_caudal": 1},
        "value": True,
        "abstained": False,
        "operating_point": {"shown": True},
    }
    return {**made, **changed}


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"operating_point": None}, True),
        ({"value": False}, False),
        ({"value": None}, False),
        ({"abstained": True}, False),
        ({"operating_point": {"shown": False}}, False),
        ({"name": "pfirrmann-grade", "value": 2, "operating_point": None}, False),
        ({"name": "pfirrmann-grade", "value": 3, "operating_point": None}, True),
        ({"classes": ["intact", "partial", "complete"], "value": 1}, False),
        ({"classes": ["intact", "partial", "complete"], "value": 2}, True),
    ],
)
def test_a_finding_counts_where_it_is_decided_printed_and_not_normal(changed, counts):
    assert _is_positive(document(**changed)) == counts


@pytest.fixture(name="bringer")
def _bringer(sqlite_template, tmp_path):
    path = tmp_path / "condyle.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    archive = new_archive(f"sqlite:///{path}", tmp_path)
    yield Bringer(archive)
    archive.database.close()


@pytest.fixture(name="analysis")
def _analysis(bringer):
    """An analysis that runs on a study of one instance."""
    bringer.bring({"1.dcm": written(mr())})
    run = analyses.BundleRun("lumbar-grading", "1.0.0", "0" * 64)
    with bringer.archive.database.write() as session:
        row = analyses.queue_analysis(session, bringer.told[0], run, at=NOW)
        get_study(session, row.study_id).anatomy = None
        analyses.start(session, row.id, at=NOW)
        return row.id


@pytest.fixture(name="look")
def _look(bringer, analysis):
    def look():
        with bringer.archive.database.read() as session:
            row = analyses.get_analysis(session, analysis)
            study = get_study(session, row.study_id)
            return row, study, analyses.findings_of(session, [analysis])

    return look


def result(*documents, **more):
    findings = json.dumps(documents).encode()
    return Result(files={REPORT: b"{}", FINDINGS: findings, "report.pdf": b"%PDF"}, **more)


def test_a_result_becomes_rows_and_objects_in_one_act(bringer, analysis, look):
    kept = keep_result(bringer.archive, result(document(), anatomy="lumbar-spine"))
    assert record_result(bringer.archive, analysis, kept) == "done"
    row, study, (finding,) = look()
    assert row.report == kept.files[REPORT]
    assert set(row.files) == {FINDINGS, "report.pdf"}
    assert (finding.key, finding.level, finding.index_from_caudal, finding.positive) == (
        "disc-herniation/disc-1",
        "L5-S1",
        1,
        True,
    )
    assert finding.document == document()
    assert (study.state, study.finding_count, study.anatomy) == ("read", 1, "lumbar-spine")


def test_recording_a_second_time_changes_nothing(bringer, analysis, look):
    kept = keep_result(bringer.archive, result(document()))
    record_result(bringer.archive, analysis, kept)
    revision = look()[1].revision
    assert record_result(bringer.archive, analysis, kept) == "done"
    assert len(look()[2]) == 1
    assert look()[1].revision == revision


def test_an_anatomy_that_the_images_state_is_not_overwritten(bringer, analysis, look):
    with bringer.archive.database.write() as session:
        get_study(session, bringer.told[0]).anatomy = "knee"
    kept = keep_result(bringer.archive, result(anatomy="lumbar-spine"))
    record_result(bringer.archive, analysis, kept)
    assert look()[1].anatomy == "knee"


def test_a_refusal_keeps_its_report_and_no_finding(bringer, analysis, look):
    refused = result(document(), refusal=Message("wrong-plane", {}, "series-1"))
    kept = keep_result(bringer.archive, refused)
    assert record_result(bringer.archive, analysis, kept) == "refused"
    row, study, findings = look()
    assert (row.report, findings, study.state) == (kept.files[REPORT], [], "refused")
    assert row.reason == {"code": "wrong-plane", "params": {}, "subject": "series-1"}


def test_what_was_cancelled_meanwhile_keeps_nothing(bringer, analysis, look):
    kept = keep_result(bringer.archive, result(document()))
    with bringer.archive.database.write() as session:
        analyses.cancel(session, analysis, at=NOW)
    assert record_result(bringer.archive, analysis, kept) == "cancelled"
    row, study, findings = look()
    assert (row.report, row.files, findings, study.state) == (None, None, [], "received")


def test_a_kept_result_comes_back_whole_from_plain_values(bringer):
    kept = keep_result(bringer.archive, result(refusal=Message("wrong-plane", {"n": 1}, "s")))
    plain = json.loads(json.dumps(kept.document()))
    assert KeptResult.of_document(plain) == kept


def test_findings_whose_object_is_gone_are_not_recorded(bringer, analysis):
    kept = KeptResult({REPORT: "0" * 64, FINDINGS: "1" * 64})
    with pytest.raises(NotThere):
        record_result(bringer.archive, analysis, kept)


def test_a_derived_instance_names_the_file_that_it_was_made_from(bringer):
    bringer.bring({"up/t2.png": picture(1)})
    with bringer.archive.database.read() as session:
        (held,) = held_instances(session, bringer.told[0])
        (row,) = session.query(InstanceRow).all()
        assert voxels_of(session, bringer.told[0]) == 40 * 32
    assert held.original == (row.derived_from, row.derived_name)
    assert held.original[1].endswith("t2.png")
    assert (held.uid, held.object, held.frames) == (row.uid, row.object, 1)
