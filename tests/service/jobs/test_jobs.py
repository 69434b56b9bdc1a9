"""The steps of an analysis, run in this process without anything that remembers them."""

import json
import threading

import pydicom
import pytest

from condyle.archive import analyses
from condyle.archive.bundle_settings import BundleUse, decide
from condyle.archive.studies import get_study
from condyle.bundle import find_bundle, open_bundle
from condyle.errors import Unavailable
from condyle.reporting.report_json import report_to_json
from condyle.service.jobs.capacity import Capacity
from condyle.service.jobs.steps import AnalysisJobs, ReadingBroke, is_worth_another_try
from condyle.service.schemas.studies import EvidencePlace, Overlays
from condyle.workflows.clinic.analyse import Readers, analyse
from condyle.workflows.clinic.queueing import queue_for_study
from condyle.workflows.clinic.study_files import HeldInstance
from condyle.workflows.read_study import read_study

ROOM = Capacity(jobs=1, threads=1, memory=2**32)


def do(name, step, *arguments):
    """Does a step as if no process had done it before."""
    return step(*arguments)


@pytest.fixture(scope="module", autouse=True)
def _without_pages():
    """Leaves pages and pictures out: they take long, and tests of the reading look at them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "condyle.workflows.clinic.analyse.report_files",
            lambda report: {"report.json": report_to_json(report).encode()},
        )
        yield


@pytest.fixture(name="jobs")
def _jobs(archive, installed, home):
    return AnalysisJobs(archive, home / "work", ROOM)


@pytest.fixture(scope="module", name="result")
def _result(bundle_store, spine_files, tmp_path_factory):
    """What the drawn study gives, read once for the tests that need no reading of their own."""
    folder = tmp_path_factory.mktemp("laid-out")
    files = spine_files(1)
    for path in files:
        (folder / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in files]
    held = [
        HeldInstance(h.SOPInstanceUID, h.SeriesInstanceUID, h.SeriesNumber, 1, 1, "0" * 64)
        for h in headers
    ]
    bundle = open_bundle(bundle_store / "lumbar-grading")
    return analyse(folder, bundle, analysis="read-once", readers=Readers(1), instances=held)


@pytest.fixture(name="quick")
def _quick(result, monkeypatch):
    """Has every reading give what was read once."""
    monkeypatch.setattr("condyle.service.jobs.steps.analyse", lambda *given, **named: result)


@pytest.fixture(name="row_of")
def _row_of(archive):
    def row_of(analysis_id):
        with archive.database.read() as session:
            return analyses.get_analysis(session, analysis_id)

    return row_of


@pytest.fixture(name="state_of")
def _state_of(archive):
    def state_of(study_id):
        with archive.database.read() as session:
            study = get_study(session, study_id)
            return study.state, study.reason and study.reason["code"], study.finding_count

    return state_of


def test_an_analysis_gives_what_condyle_read_gives(
    archive, jobs, hold, home, row_of, state_of, spine_files
):
    study_id = hold(archive)
    (analysis_id,) = queue_for_study(archive, study_id)
    assert state_of(study_id)[0] == "analysing"
    assert jobs.run(analysis_id, do) == "done"
    row = row_of(analysis_id)
    stored = json.loads(archive.objects.read(row.report))
    report = read_study(spine_files(1))
    assert [f["value"] for f in stored["findings"]] == [f.value for f in report.findings]
    assert stored["study"]["uid"] == report.study.uid
    assert (row.bundle, row.version, row.sha256) == _named(find_bundle("lumbar-grading"))
    assert (row.progress, row.software_version) == (None, report.software_version)
    state, reason, findings = state_of(study_id)
    assert (state, reason) == ("read", None)
    assert findings == sum(
        f.value is True or (f.name == "pfirrmann-grade" and f.value > 2)
        for f in report.findings
        if f.name != "disc-bulging"  # its positive predictive value is too poor to be printed
    )
    assert list((home / "work").iterdir()) == [], (
        "nothing of the patient is left beside the archive"
    )


def _named(bundle):
    return bundle.manifest.name, bundle.manifest.version, bundle.sha256


def test_findings_and_overlays_are_placed_in_the_archives_own_images(
    archive, jobs, quick, hold, row_of, spine_files
):
    study_id = hold(archive)
    (analysis_id,) = queue_for_study(archive, study_id)
    jobs.run(analysis_id, do)
    row = row_of(analysis_id)
    overlays = Overlays.model_validate_json(archive.objects.read(row.files["overlays.json"]))
    assert {one.structure for one in overlays.structures} == {
        "intervertebral-disc",
        "vertebra",
        "spinal-canal",
    }
    assert {one.analysis for one in overlays.structures} == {"read-once"}
    levels = {one.level for one in overlays.labels}
    assert levels == {"L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1"}
    assert levels <= {s.level for s in overlays.structures if s.structure == "intervertebral-disc"}
    with archive.database.read() as session:
        findings = analyses.findings_of(session, [analysis_id])
    places = [EvidencePlace.model_validate(p) for f in findings for p in f.document["places"]]
    held = {pydicom.dcmread(path).SOPInstanceUID for path in spine_files(1)}
    assert {place.instance_uid for place in places} == held
    disc = next(s for s in overlays.structures if s.level == "L4-L5")
    place = next(
        p
        for f in findings
        if f.level == "L4-L5"
        for p in map(EvidencePlace.model_validate, f.document["places"])
        if p.instance_uid == disc.instance_uid
    )
    assert place.outline == disc.outlines[0]


def test_a_study_that_the_bundle_declines_is_refused_with_its_reason_and_report(
    archive, jobs, hold, row_of, state_of
):
    study_id = hold(archive, 2, body_part="KNEE")
    (analysis_id,) = queue_for_study(archive, study_id)
    assert jobs.run(analysis_id, do) == "refused"
    row = row_of(analysis_id)
    assert row.reason["code"] == "wrong-body-part"
    assert json.loads(archive.objects.read(row.report))["not_assessed"]
    assert state_of(study_id) == ("refused", "wrong-body-part", 0)


def test_a_bundle_that_is_gone_since_it_was_queued_refuses(
    archive, jobs, hold, monkeypatch, tmp_path, row_of
):
    (analysis_id,) = queue_for_study(archive, hold(archive))
    monkeypatch.setenv("CONDYLE_BUNDLES", str(tmp_path / "empty"))
    assert jobs.run(analysis_id, do) == "refused"
    assert row_of(analysis_id).reason["code"] == "bundle-not-usable"


def test_a_bundle_that_was_disabled_since_it_was_queued_reads_nothing(archive, jobs, hold, row_of):
    (analysis_id,) = queue_for_study(archive, hold(archive))
    with archive.database.write() as session:
        decide(session, "lumbar-grading", BundleUse(enabled=False), by=None, at=archive.clock())
    assert jobs.run(analysis_id, do) == "refused"
    assert row_of(analysis_id).reason["code"] == "bundle-disabled"


def test_an_analysis_that_shall_stop_stops_at_its_next_step(archive, jobs, hold, state_of):
    study_id = hold(archive)
    (analysis_id,) = queue_for_study(archive, study_id)

    def cancelled_before_reading(name, step, *arguments):
        if name == "read":
            with archive.database.write() as session:
                analyses.cancel(session, analysis_id, at=archive.clock())
            jobs.stop(frozenset({analysis_id}))
        return step(*arguments)

    assert jobs.run(analysis_id, cancelled_before_reading) == "cancelled"
    assert state_of(study_id)[0] == "received"


def test_an_analysis_that_was_cancelled_in_the_queue_never_begins(archive, jobs, hold):
    (analysis_id,) = queue_for_study(archive, hold(archive))
    with archive.database.write() as session:
        analyses.cancel(session, analysis_id, at=archive.clock())
    steps = []

    def note(name, step, *arguments):
        steps.append(name)
        return step(*arguments)

    assert jobs.run(analysis_id, note) == "cancelled"
    assert steps == ["begin", "stopped"]


def test_a_reading_goes_on_where_the_files_that_were_laid_out_are_gone(
    archive, jobs, quick, hold, home
):
    (analysis_id,) = queue_for_study(archive, hold(archive))

    def tidied(name, step, *arguments):
        if name == "read":
            assert len(list((home / "work" / analysis_id).rglob("*.dcm"))) == 2
            jobs.tidy()
            assert not (home / "work").exists()
        return step(*arguments)

    assert jobs.run(analysis_id, tidied) == "done"


def test_a_step_that_is_done_twice_changes_nothing(archive, jobs, quick, hold, row_of):
    (analysis_id,) = queue_for_study(archive, hold(archive))

    def twice(name, step, *arguments):
        step(*arguments)
        return step(*arguments)

    assert jobs.run(analysis_id, twice) == "done"
    with archive.database.read() as session:
        keys = [finding.key for finding in analyses.findings_of(session, [analysis_id])]
    assert len(keys) == len(set(keys)) == 48


def test_a_reading_that_breaks_is_told_by_kind_and_place_and_never_by_its_words(
    archive, jobs, hold, row_of, monkeypatch
):
    def broken(*given, **named):
        raise ZeroDivisionError("Doe^Jane")

    monkeypatch.setattr("condyle.service.jobs.steps.analyse", broken)
    (analysis_id,) = queue_for_study(archive, hold(archive))
    told = []

    def note(name, step, *arguments):
        try:
            return step(*arguments)
        except ReadingBroke as error:
            told.append(error)
            raise

    assert jobs.run(analysis_id, note) == "failed"
    assert "ZeroDivisionError" in str(told[0])
    assert "Doe" not in str(told[0])
    assert told[0].__suppress_context__
    assert is_worth_another_try(told[0])
    assert not is_worth_another_try(Unavailable("The disk is full."))
    assert row_of(analysis_id).reason["code"] == "analysis-failed"


def test_a_full_disk_is_waited_for(archive, jobs, quick, hold, monkeypatch):
    (analysis_id,) = queue_for_study(archive, hold(archive))
    monkeypatch.setattr("condyle.service.jobs.steps._WAITS_S", (0.0,))
    put, tries = archive.objects.put_many, []

    def full(contents):
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("The store cannot be used now.", found="a full disk")
        return put(contents)

    monkeypatch.setattr(archive.objects, "put_many", full)
    assert jobs.run(analysis_id, do) == "done"
    assert len(tries) == 3


def test_a_second_analysis_waits_for_the_memory_of_the_first(archive, installed, hold, home, quick):
    jobs = AnalysisJobs(archive, home / "work", Capacity(jobs=2, threads=1, memory=1))
    ids = [queue_for_study(archive, hold(archive, number))[0] for number in (1, 2)]
    inside, release, order = threading.Event(), threading.Event(), []

    def slow(name, step, *arguments):
        order.append((name, arguments[0]))
        if len(order) == 1:
            inside.set()
            release.wait(10)
        return step(*arguments)

    threads = [threading.Thread(target=jobs.run, args=(one, slow)) for one in ids]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert [one for _, one in order] == [ids[0]]
    assert jobs.active == set(ids)
    release.set()
    for thread in threads:
        thread.join(30)
    assert [one for _, one in order] == [ids[0]] * 4 + [ids[1]] * 4


def test_a_silent_analysis_is_kept_and_the_study_does_not_look_as_if_it_had_been_read(
    archive, jobs, quick, hold, row_of, state_of
):
    with archive.database.write() as session:
        decide(session, "lumbar-grading", BundleUse(silent=True), by=None, at=archive.clock())
    study_id = hold(archive)
    (analysis_id,) = queue_for_study(archive, study_id)
    assert state_of(study_id)[0] == "received"
    assert jobs.run(analysis_id, do) == "done"
    row = row_of(analysis_id)
    assert row.hidden and row.report
    with archive.database.read() as session:
        assert len(analyses.findings_of(session, [analysis_id])) == 48
    assert state_of(study_id) == ("received", None, 0)
    with archive.database.write() as session:
        analyses.reveal(session, analysis_id)
    state, _, findings = state_of(study_id)
    assert state == "read"
    assert findings > 0
