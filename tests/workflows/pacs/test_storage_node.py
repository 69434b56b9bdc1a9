"""What is sent over the network is in the archive, as it came, once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.workflows.pacs.storing import STUDY, data_set_of, echo, file_of, mr_image, send

from condyle.archive.archive import Archive
from condyle.archive.arrivals import arrivals_of
from condyle.archive.audit import Query, newest
from condyle.archive.check import check
from condyle.archive.spool import Spool, SpoolWriter
from condyle.archive.store import store
from condyle.archive.tables import ConflictRow, InstanceRow, StudyRow
from condyle.dicom.frame_bytes import is_same_data_set
from condyle.dicom.instance_facts import instance_facts
from condyle.dicom.network.node.options import NodeOptions, parse_peers
from condyle.workflows.clinic.received import Asked, new_instance
from condyle.workflows.pacs.complete import complete_quiet
from condyle.workflows.pacs.receive import receiving
from condyle.workflows.pacs.spooled import take_spooled
from condyle.workflows.pacs.taking_in import storage_node

AT_ONCE = dt.timedelta()
Told = list[tuple[int, str]]


def take_all(archive: Archive, spool: Spool) -> None:
    while take_spooled(archive, spool):
        pass


def told_by(told: Told) -> Callable[[Archive, int, str], None]:
    return lambda archive, study, calling: told.append((study, calling))


def instances(archive: Archive) -> list[InstanceRow]:
    with archive.database.read() as session:
        return list(session.scalars(select(InstanceRow).order_by(InstanceRow.uid)))


def test_an_image_is_kept_bit_for_bit_under_its_sender(archive: Archive, spool: Spool) -> None:
    image = mr_image()
    with receiving(spool, NodeOptions()) as node:
        assert echo(node.port) == 0
        assert send(node.port, [image], calling="SCANNER") == [0]
    assert spool.count() == 1
    take_all(archive, spool)
    (row,) = instances(archive)
    assert data_set_of(archive.objects.read(row.object)) == data_set_of(file_of(image))
    assert (row.transfer_syntax, row.rows) == (image.file_meta.TransferSyntaxUID, 16)
    with archive.database.read() as session:
        study = session.scalars(select(StudyRow)).one()
        (arrival,) = arrivals_of(session, study.id)
    assert (study.uid, study.source, study.state) == (STUDY, "pacs", "received")
    assert (arrival.calling, arrival.called, arrival.instance_count) == ("SCANNER", "CONDYLE", 1)
    assert spool.count() == 0
    assert not list(spool.files.iterdir())
    assert check(archive).faults == ()


def test_sending_again_changes_nothing_and_other_bytes_are_kept_apart(
    archive: Archive, spool: Spool
) -> None:
    changed = mr_image()
    changed.StudyDescription = "another"
    with receiving(spool, NodeOptions()) as node:
        assert send(node.port, [mr_image()]) == [0]
        assert send(node.port, [mr_image(), changed], calling="OTHER") == [0, 0]
    take_all(archive, spool)
    with archive.database.read() as session:
        (conflict,) = session.scalars(select(ConflictRow))
    assert len(instances(archive)) == 1
    assert conflict.code == "same-uid-other-content"
    assert data_set_of(archive.objects.read(conflict.object)) == data_set_of(file_of(changed))


def test_an_image_that_somebody_uploaded_is_no_conflict_when_it_comes_again(
    archive: Archive, spool: Spool, tmp_path: Path
) -> None:
    uploaded, other = tmp_path / "uploaded", tmp_path / "other"
    uploaded.write_bytes(file_of(mr_image()))
    other.write_bytes(file_of(mr_image(2))[:-1])
    facts = instance_facts(uploaded)
    stored = archive.objects.put(uploaded.read_bytes())
    store(archive, [new_instance(facts, stored, Asked(2, ()))])
    with receiving(spool, NodeOptions()) as node:
        assert send(node.port, [mr_image(), mr_image(2)]) == [0, 0]
    assert spool.waiting(1)[0].stored.sha256 != stored.sha256
    take_all(archive, spool)
    with archive.database.read() as session:
        assert not list(session.scalars(select(ConflictRow)))
    assert len(instances(archive)) == 2
    assert not list(spool.files.iterdir())
    assert not is_same_data_set(uploaded, other)
    other.write_bytes(b"no DICOM")
    assert not is_same_data_set(uploaded, other)


def test_an_object_that_only_a_full_reading_refuses_is_kept_apart_with_its_reason(
    archive: Archive, spool: Spool
) -> None:
    with SpoolWriter(spool) as writer:
        for content in (b"no DICOM at all", file_of(mr_image())):
            incoming = writer.begin()
            incoming.write(content)
            incoming.keep(calling="A", called="B", at=archive.clock())
    torn = spool.waiting(2)[1]
    torn.path.write_bytes(torn.path.read_bytes()[:-10])  # as a power cut could leave it
    take_all(archive, spool)
    assert [reason for _, reason in spool.refused()][1] == "a file that did not come whole"
    assert len(list(spool.files.iterdir())) == 2
    assert (spool.count(), instances(archive)) == (0, [])


def test_a_quiet_study_is_told_once_and_again_after_a_late_image(
    archive: Archive, spool: Spool
) -> None:
    told: Told = []
    with receiving(spool, NodeOptions()) as node:
        send(node.port, [mr_image(1)], calling="SCANNER")
        take_all(archive, spool)
        assert (
            complete_quiet(archive, quiet=dt.timedelta(minutes=1), on_complete=told_by(told)) == 0
        )
        for _ in range(2):
            complete_quiet(archive, quiet=AT_ONCE, on_complete=told_by(told))
        assert [calling for _, calling in told] == ["SCANNER"]
        send(node.port, [mr_image(1), mr_image(2)], calling="SCANNER")
        take_all(archive, spool)
        complete_quiet(archive, quiet=AT_ONCE, on_complete=told_by(told))
    assert told == [told[0]] * 2
    with archive.database.read() as session:
        acts = [act.details for act in newest(session, Query(action="study.received"))]
    assert [act["instances"] for act in acts] == [2, 1]
    assert {act["calling"] for act in acts} == {"SCANNER"}


def test_a_whole_node_tells_of_a_study_by_itself(archive: Archive, spool: Spool) -> None:
    told: Told = []
    quiet = dt.timedelta(seconds=0.1)
    with storage_node(
        archive, spool, NodeOptions(), quiet=quiet, on_complete=told_by(told)
    ) as node:
        assert send(node.port, [mr_image(1), mr_image(2)]) == [0, 0]
        until = time.monotonic() + 20
        while not told and time.monotonic() < until:
            time.sleep(0.02)
    assert told == [(instances(archive)[0].study_id, "MODALITY")]


def test_only_who_may_send_is_let_in_and_only_by_the_right_title(spool: Spool) -> None:
    options = NodeOptions(peers=parse_peers("MR1@127.0.0.0/8, CT2@10.0.0.1"))
    with receiving(spool, options) as node:
        assert echo(node.port, calling="MR1") == 0
        assert echo(node.port, calling="CT2") is None
        assert echo(node.port, calling="WHO") is None
        assert echo(node.port, calling="MR1", called="ELSEWHERE") is None


def test_a_file_without_a_promise_is_swept_when_receiving_begins(
    spool: Spool, tmp_path: Path
) -> None:
    (spool.files / "half").write_bytes(b"half of it")
    with receiving(spool, NodeOptions()):
        assert not list(spool.files.iterdir())


@pytest.mark.parametrize("stage", ["objects", "rows"])
def test_taking_in_may_die_at_any_stage_and_be_done_again(
    archive: Archive, spool: Spool, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(spool, NodeOptions()) as node:
        send(node.port, [mr_image(1), mr_image(2)])

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        if stage == "objects":
            broken.setattr("condyle.workflows.pacs.spooled.store", die)
        else:
            broken.setattr(spool, "forget", die)
        with pytest.raises(KeyboardInterrupt):
            take_spooled(archive, spool)
    take_all(archive, spool)
    assert len(instances(archive)) == 2
    with archive.database.read() as session:
        (arrival,) = arrivals_of(session, instances(archive)[0].study_id)
    assert arrival.instance_count == 2
    assert check(archive).faults == ()
