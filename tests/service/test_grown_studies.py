"""A study that grows by DICOMweb is read again by the rules, and what was routed to none is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from tests.dicom.network.made import as_bytes, instance
from tests.service.conftest import Client, Clock
from tests.service.outside_objects import as_bytes as bytes_of
from tests.service.outside_objects import images, segmentation
from tests.service.test_dicomweb_store import stow
from tests.service.test_objects_sent import PEERS, waiting

from condyle.archive.analyses import Result, finish, start
from condyle.archive.archive import Archive
from condyle.archive.arrivals import BY_STOW, Arrival, Came, note_arrival
from condyle.archive.tables import Analysis, AuditEntry
from condyle.errors import BadConfiguration
from condyle.service.jobs.worker import complete_left_over
from condyle.service.settings import Settings
from condyle.workflows.clinic.queueing import QUIET, queue_left_over

NONE = "rules: [{name: none, then: {bundles: none, forward: [far]}}]"


def runs(archive: Archive, name: str = "lumbar-grading") -> list[str]:
    with archive.database.read() as session:
        query = select(Analysis).where(Analysis.bundle == name).order_by(Analysis.queued_at)
        return [row.state for row in session.scalars(query)]


def quiet(clock: Clock, settings: Settings) -> None:
    clock.forward(seconds=settings.dicom_quiet_s + 1)


def read(archive: Archive) -> None:
    """Has every bundle that waits read what is there."""
    with archive.database.write() as session:
        for row in session.scalars(select(Analysis).where(Analysis.state == "queued")):
            start(session, row.id, at=archive.clock())
            result = Result(report="0" * 64, files={}, findings=[], software_version="0")
            finish(session, row.id, result, at=archive.clock())


def test_a_study_that_grows_after_it_was_read_is_queued_again_once_it_is_quiet(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock
) -> None:
    stow(clinician, [as_bytes(instance(1)), as_bytes(instance(2))])
    assert complete_left_over(archive, settings) == 0 and runs(archive) == []
    quiet(clock, settings)
    assert complete_left_over(archive, settings) == 1
    assert runs(archive) == ["queued"]
    read(archive)
    quiet(clock, settings)
    assert complete_left_over(archive, settings) == 0

    stow(clinician, [as_bytes(instance(3))])
    assert complete_left_over(archive, settings) == 0
    quiet(clock, settings)
    assert complete_left_over(archive, settings) == 1
    assert runs(archive) == ["done", "queued"]


def test_what_was_there_already_or_only_says_what_others_found_has_nothing_read_again(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock
) -> None:
    source = images()
    stow(clinician, [bytes_of(one) for one in source])
    quiet(clock, settings)
    complete_left_over(archive, settings)
    read(archive)
    before = runs(archive)
    clock.forward(minutes=5)
    stow(clinician, [bytes_of(source[0])])
    stow(clinician, [bytes_of(segmentation(source))])
    quiet(clock, settings)
    complete_left_over(archive, settings)
    assert runs(archive) == before == ["done"]


def test_rules_hold_for_what_comes_by_dicomweb_and_no_bundle_stays_none(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock, home: Path
) -> None:
    (home / "pacs.yaml").write_text(PEERS)
    (home / "routing.yaml").write_text(NONE)
    stow(clinician, [as_bytes(instance(1))])
    quiet(clock, settings)
    assert complete_left_over(archive, settings) == 1
    assert [row.peer for row in waiting(archive)] == ["far"]
    clock.forward(seconds=QUIET.total_seconds() + 60)
    assert queue_left_over(archive) == 0
    assert complete_left_over(archive, settings) == 0
    assert runs(archive) == []


def test_a_study_waits_while_its_rules_cannot_be_used(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock, home: Path
) -> None:
    (home / "routing.yaml").write_text("rules: [")
    stow(clinician, [as_bytes(instance(1))])
    quiet(clock, settings)
    with pytest.raises(BadConfiguration):
        complete_left_over(archive, settings)
    (home / "routing.yaml").unlink()
    assert complete_left_over(archive, settings) == 1
    assert runs(archive) == ["queued"]


def test_what_a_storage_node_left_behind_is_taken_up_later(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock
) -> None:
    stow(clinician, [as_bytes(instance(1))])
    with archive.database.write() as session:
        session.execute(Arrival.__table__.delete())
        note_arrival(session, Came(1, "SCANNER", "CONDYLE", 1), at=archive.clock())
    quiet(clock, settings)
    assert complete_left_over(archive, settings) == 0  # the node's own process does it
    clock.forward(seconds=QUIET.total_seconds() + 1)
    assert complete_left_over(archive, settings) == 1


def test_who_brought_it_is_noted_once_and_every_batch_as_an_arrival(
    clinician: Client, archive: Archive, settings: Settings, clock: Clock
) -> None:
    stow(clinician, [as_bytes(instance(number)) for number in range(1, 71)])
    quiet(clock, settings)
    complete_left_over(archive, settings)
    with archive.database.read() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "study.received"))
        assert [(one.user_name, one.details["instances"]) for one in acts] == [("clinician", 70)]
        (one,) = session.scalars(select(Arrival))
        assert (one.calling, one.called, one.instance_count) == ("", BY_STOW, 70)
        assert one.complete_at is not None
