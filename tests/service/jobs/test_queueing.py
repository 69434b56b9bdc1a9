"""Which analyses a study gets, when, and in which state it is then."""

import datetime as dt

import pytest

from condyle.archive import analyses
from condyle.archive.bundle_settings import BundleUse, decide
from condyle.archive.studies import get_study, instances_of
from condyle.dicom.objects.read_outside import RESULTS
from condyle.errors import NotThere, UnknownName
from condyle.workflows.clinic.queueing import QUIET, queue_for_study, queue_left_over


@pytest.fixture(name="use")
def _use(archive):
    def use(name="lumbar-grading", **decided):
        with archive.database.write() as session:
            decide(session, name, BundleUse(**decided), by=None, at=archive.clock())

    return use


@pytest.fixture(name="rows")
def _rows(archive):
    def rows(study_id):
        with archive.database.read() as session:
            return analyses.analyses_of(session, study_id)

    return rows


@pytest.fixture(name="study")
def _study(archive):
    def study(study_id):
        with archive.database.read() as session:
            return get_study(session, study_id)

    return study


@pytest.fixture(name="end")
def _end(archive):
    def end(analysis_id, state="done"):
        result = analyses.Result(report="0" * 64, files={}, findings=[], software_version="0")
        with archive.database.write() as session:
            analyses.start(session, analysis_id, at=archive.clock())
            if state == "done":
                analyses.finish(session, analysis_id, result, at=archive.clock())

    return end


@pytest.fixture(autouse=True)
def _with_bundles(installed):
    """The drawn spines' bundles are the ones that there are."""


def test_a_study_gets_an_analysis_a_bundle_that_gives_findings(archive, hold, rows, study):
    study_id = hold(archive)
    (made,) = queue_for_study(archive, study_id)
    (row,) = rows(study_id)
    assert (row.id, row.bundle, row.state, row.hidden) == (made, "lumbar-grading", "queued", False)
    assert study(study_id).state == "analysing"


def test_queueing_twice_makes_one(archive, hold, rows):
    study_id = hold(archive)
    assert len(queue_for_study(archive, study_id)) == 1
    assert queue_for_study(archive, study_id) == ()
    assert queue_for_study(archive, study_id, again=True) == ()
    assert len(rows(study_id)) == 1


def test_what_is_at_its_end_runs_again_only_where_a_person_asks(archive, hold, end, clock):
    study_id = hold(archive)
    (first,) = queue_for_study(archive, study_id)
    end(first)
    clock.forward(seconds=1)
    assert queue_for_study(archive, study_id) == ()
    (second,) = queue_for_study(archive, study_id, again=True)
    assert second != first


def test_images_that_come_later_have_the_study_read_again(
    archive, hold, end, clock, spine_files, drawn
):
    study_id = hold(archive)
    (first,) = queue_for_study(archive, study_id)
    end(first)
    clock.forward(seconds=1)
    with archive.database.write() as session:
        instances_of(session, study_id)[0].received_at = archive.clock()
    assert len(queue_for_study(archive, study_id)) == 1


@pytest.mark.parametrize("class_uid", RESULTS)
def test_what_others_found_has_no_study_read_again(archive, hold, end, clock, class_uid):
    study_id = hold(archive)
    (first,) = queue_for_study(archive, study_id)
    end(first)
    clock.forward(seconds=1)
    with archive.database.write() as session:
        late = instances_of(session, study_id)[0]
        late.received_at, late.class_uid = archive.clock(), class_uid
    assert queue_for_study(archive, study_id) == ()


def test_an_analysis_that_began_before_the_last_image_came_is_not_the_last(
    archive, hold, end, clock, rows
):
    study_id = hold(archive)
    (first,) = queue_for_study(archive, study_id)
    end(first, "running")
    clock.forward(seconds=1)
    with archive.database.write() as session:
        instances_of(session, study_id)[0].received_at = archive.clock()
    assert len(queue_for_study(archive, study_id)) == 1
    assert [row.state for row in rows(study_id)] == ["running", "queued"]


def test_a_patient_whom_the_bundle_is_not_for_is_refused_at_once(archive, hold, rows, study):
    study_id = hold(archive, exclusions=["tumour", "left-handed"])
    queue_for_study(archive, study_id)
    (row,) = rows(study_id)
    assert (row.state, row.reason["params"]) == ("refused", {"exclusion": "tumour"})
    assert study(study_id).state == "refused"
    assert study(study_id).reason["code"] == "outside-intended-use"


@pytest.mark.parametrize("exclusions", [None, [], ["left-handed"]])
def test_who_has_no_exclusion_of_the_bundle_is_read(archive, hold, rows, exclusions):
    study_id = hold(archive, exclusions=exclusions)
    queue_for_study(archive, study_id)
    assert [row.state for row in rows(study_id)] == ["queued"]


def test_a_silent_bundle_is_queued_hidden(archive, hold, rows, use):
    use(silent=True)
    study_id = hold(archive)
    queue_for_study(archive, study_id)
    assert [row.hidden for row in rows(study_id)] == [True]


def test_without_an_enabled_bundle_the_study_says_so(archive, hold, rows, study, use):
    use(enabled=False)
    study_id = hold(archive)
    assert queue_for_study(archive, study_id) == ()
    assert rows(study_id) == []
    assert study(study_id).reason["code"] == "no-bundle-enabled"


def test_a_pinned_version_that_is_gone_refuses_and_says_which(archive, hold, rows, use):
    use(pinned="7.7.7")
    study_id = hold(archive)
    queue_for_study(archive, study_id)
    assert [(row.state, row.reason["code"]) for row in rows(study_id)] == [
        ("refused", "pinned-version-gone")
    ]


def test_one_bundle_can_be_asked_for(archive, hold, rows):
    study_id = hold(archive)
    assert len(queue_for_study(archive, study_id, only="lumbar-grading")) == 1
    with pytest.raises(UnknownName, match="lumbar-grading"):
        queue_for_study(archive, study_id, only="knee")


def test_a_study_that_is_not_there_gets_nothing(archive):
    with pytest.raises(NotThere):
        queue_for_study(archive, 99)


def test_a_study_that_nobody_queued_is_found_once_it_is_quiet(archive, hold, clock, rows):
    study_id = hold(archive)
    assert queue_left_over(archive) == 0
    clock.forward(seconds=QUIET.total_seconds() + 1)
    assert queue_left_over(archive) == 1
    assert queue_left_over(archive) == 0
    assert len(rows(study_id)) == 1


def test_a_study_whose_analysis_was_cancelled_is_not_left_over(archive, hold, clock):
    (made,) = queue_for_study(archive, hold(archive))
    with archive.database.write() as session:
        analyses.cancel(session, made, at=archive.clock())
    clock.forward(hours=1)
    assert queue_left_over(archive) == 0


def test_a_study_that_images_still_come_of_is_waited_with(archive, hold, clock):
    study_id = hold(archive)
    clock.forward(hours=1)
    with archive.database.write() as session:
        instances_of(session, study_id)[0].received_at = archive.clock() - dt.timedelta(seconds=9)
    assert queue_left_over(archive) == 0
