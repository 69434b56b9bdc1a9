"""Fetching: what is waited for, what is raised at once, what is written down, who is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydicom.config import disable_value_validation
from sqlalchemy import select
from tests.dicom.network.made import STUDY, a_study, as_bytes, instance

from condyle.archive.archive import Archive
from condyle.archive.audit import Query, newest
from condyle.archive.tables import Analysis, InstanceRow, StudyRow
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import DimsePeer
from condyle.domain.progress import Progress
from condyle.errors import BadImage, NotThere, PeerError, PeerUnreachable
from condyle.workflows.pacs import destination as places
from condyle.workflows.pacs import retrieve as module
from condyle.workflows.pacs.destination import ArchiveDestination, FolderDestination
from condyle.workflows.pacs.fetch import fetch_study
from condyle.workflows.pacs.retrieve import TRIES, Retrieved, move, retrieve

PEER = DimsePeer("pacs", "X", "127.0.0.1", 1)
Take = Callable[[Received], None]


@dataclass
class Pacs:
    """A PACS that holds instances; before each answer it may raise what a test says."""

    contents: dict[str, bytes] = field(default_factory=dict)
    raises: list[Exception | None] = field(default_factory=list)
    named: bool = True
    asked: list[int] = field(default_factory=list)

    def hold(self, *contents: bytes) -> None:
        self.contents = {f"{STUDY}.1.{n}": one for n, one in enumerate(contents, start=1)}

    def listed(self, peer: DimsePeer, filters: Filters) -> list[FoundInstance]:
        return [FoundInstance(STUDY, f"{STUDY}.1", uid, "") for uid in self.contents]

    def given(self, peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
        self.asked.append(len(wanted))
        error = self.raises.pop(0) if self.raises else None
        for one in wanted if error is None else wanted[:1]:
            take(Received(one.uid if self.named else "", self.contents[one.uid]))
        if error is not None:
            raise error


@pytest.fixture
def pacs(monkeypatch: pytest.MonkeyPatch) -> Pacs:
    made = Pacs()
    made.hold(*(as_bytes(instance(n)) for n in range(1, 5)))
    monkeypatch.setattr(module, "find_instances", made.listed)
    monkeypatch.setattr(module, "get_instances", made.given)
    return made


def fetch(folder: Path, waits: list[float] | None = None) -> Retrieved:
    destination = FolderDestination(folder)
    wait = (waits if waits is not None else []).append
    return retrieve(PEER, Filters(study=STUDY), destination, wait=wait)


def test_a_peer_that_refuses_is_not_asked_again_and_what_came_stays(
    pacs: Pacs, tmp_path: Path
) -> None:
    pacs.raises = [PeerError("It was refused.", found="a no")]

    with pytest.raises(PeerError, match="refused"):
        fetch(tmp_path)

    assert pacs.asked == [4]
    assert len(list(tmp_path.rglob("*.dcm"))) == 1


def test_what_does_not_come_is_waited_for_longer_each_time(
    pacs: Pacs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def gone(peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
        raise PeerUnreachable("It is away.", found="nobody")

    monkeypatch.setattr(module, "get_instances", gone)

    with pytest.raises(PeerUnreachable):
        fetch(tmp_path, waits)

    assert waits == [0.5, 2.0, 5.0]
    assert len(waits) == TRIES - 1


def test_after_something_came_the_first_short_wait_begins_again(pacs: Pacs, tmp_path: Path) -> None:
    waits: list[float] = []
    lost = PeerUnreachable("It was lost.", found="nobody")
    pacs.raises = [lost, lost, lost]

    assert fetch(tmp_path, waits).fetched == 4

    assert waits == [0.5, 0.5, 0.5]
    assert pacs.asked == [4, 3, 2, 1]


def test_a_peer_that_answers_and_sends_nothing_is_asked_twice_and_never_waited_for(
    pacs: Pacs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        module, "get_instances", lambda peer, wanted, take: asked.append(len(wanted))
    )
    waits: list[float] = []

    done = fetch(tmp_path, waits)

    assert (done.fetched, len(done.missing), asked, waits) == (0, 4, [4, 4], [])


def test_what_is_all_there_is_not_asked_for(pacs: Pacs, tmp_path: Path) -> None:
    fetch(tmp_path)
    pacs.asked.clear()

    assert fetch(tmp_path) == Retrieved(4, 4, 0, 0, ())
    assert not pacs.asked


def test_one_that_cannot_be_read_and_comes_without_its_uid_is_counted_once(
    pacs: Pacs, tmp_path: Path
) -> None:
    pacs.contents[f"{STUDY}.1.2"] = b"no DICOM"
    pacs.named = False

    done = fetch(tmp_path)

    assert (done.fetched, done.broken, done.missing) == (3, 1, (f"{STUDY}.1.2",))


def test_what_nobody_asked_for_is_not_written(
    pacs: Pacs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pacs.contents = {f"{STUDY}.1.1": as_bytes(instance(1)), f"{STUDY}.1.2": as_bytes(instance(2))}
    given = pacs.given

    def more(peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
        take(Received("9.9.9", as_bytes(instance(9))))
        given(peer, wanted, take)

    monkeypatch.setattr(module, "get_instances", more)

    done = fetch(tmp_path)

    assert (done.wanted, done.fetched) == (2, 2)
    assert len(list(tmp_path.rglob("*.dcm"))) == 2


def test_an_instance_that_says_a_path_for_its_uid_is_written_nowhere(tmp_path: Path) -> None:
    with disable_value_validation():
        content = as_bytes(instance(1, SeriesInstanceUID="../../up"))

    with pytest.raises(BadImage):
        FolderDestination(tmp_path / "out").take(Received("", content))

    assert not list(tmp_path.rglob("*.dcm")) + list(tmp_path.rglob("*.part"))


def test_a_move_of_nothing_is_not_there_and_says_how_to_look(pacs: Pacs) -> None:
    pacs.contents.clear()

    with pytest.raises(NotThere) as error:
        move(PEER, Filters(study=STUDY), "NODE")

    assert "condyle pacs find pacs" in error.value.mend


def test_a_move_never_tells_of_more_than_there_is(
    pacs: Pacs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sends(peer: DimsePeer, wanted: object, title: str, moved: Callable[[int], None]) -> int:
        for done in (1, 4, 9):
            moved(done)
        return 4

    monkeypatch.setattr(module, "move_instances", sends)
    told: list[Progress] = []

    assert move(PEER, Filters(study=STUDY), "NODE", progress=told.append) == 4
    assert [(one.done, one.total) for one in told] == [(1, 4), (4, 4), (4, 4)]


def fetched(
    archive: Archive, work: Path, completed: Callable[[Archive, int], None] | None = None
) -> Retrieved:
    filters = Filters(study=STUDY)
    return fetch_study(archive, PEER, filters, work=work, completed=completed)


def test_a_study_that_came_is_queued_and_written_down_without_who_it_is(
    pacs: Pacs, archive: Archive, tmp_path: Path
) -> None:
    done = fetched(archive, tmp_path / "work")

    assert done == Retrieved(4, 0, 4, 0, ())
    with archive.database.read() as session:
        assert session.scalars(select(StudyRow.source)).one() == "pacs"
        assert len(session.scalars(select(InstanceRow.id)).all()) == 4
        assert "lumbar-grading" in session.scalars(select(Analysis.bundle)).all()
        (act,) = newest(session, Query(action="study.fetched"))
    assert act.details == {"peer": "pacs", "fetched": 4, "missing": 0}
    assert "P-100" not in json.dumps(act.details)


def test_fetching_again_neither_queues_nor_writes_anything_down(
    pacs: Pacs, archive: Archive, tmp_path: Path
) -> None:
    told: list[int] = []

    def completed(where: Archive, study: int) -> None:
        told.append(study)

    first = fetched(archive, tmp_path / "work", completed=completed)
    again = fetched(archive, tmp_path / "work", completed=completed)

    assert (first.fetched, again.there, again.fetched) == (4, 4, 0)
    assert len(told) == 1
    with archive.database.read() as session:
        assert len(newest(session, Query(action="study.fetched"))) == 1
        assert not session.scalars(select(Analysis.id)).all()


def test_what_came_before_a_refusal_is_in_the_archive_for_the_next_call(
    pacs: Pacs, archive: Archive, tmp_path: Path
) -> None:
    pacs.raises = [PeerError("It was refused.", found="a no")]

    with pytest.raises(PeerError):
        fetched(archive, tmp_path / "work")
    again = fetched(archive, tmp_path / "work")

    assert (again.there, again.fetched) == (1, 3)


@pytest.mark.parametrize(
    ("limit", "value", "stored"), [("_BATCH", 2, [2, 2, 2]), ("_BATCH_BYTES", 1, [1] * 6)]
)
def test_a_batch_is_stored_once_it_has_so_many_or_is_so_large(
    archive: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    stored: list[int],
) -> None:
    monkeypatch.setattr(places, limit, value)
    counts: list[int] = []
    destination = ArchiveDestination(archive, tmp_path / "work", stored=counts.append)

    for one in a_study(6):
        destination.take(Received("", as_bytes(one)))

    assert counts == stored


def test_more_uids_than_a_database_takes_at_once_are_looked_up_in_portions(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_AT_ONCE", 2)
    destination = ArchiveDestination(archive, tmp_path / "work")
    study = a_study(6)
    for one in study[1:]:
        destination.take(Received("", as_bytes(one)))
    destination.flush()
    wanted = [FoundInstance(STUDY, "", str(one.SOPInstanceUID), "") for one in study]

    assert destination.there(wanted + wanted) == {str(one.SOPInstanceUID) for one in study[1:]}
