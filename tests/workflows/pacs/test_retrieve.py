"""Retrieving goes on where it was cut off, takes nothing twice, and never keeps half a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.dicom.network.made import STUDY, a_study, as_bytes, instance

from condyle.archive.archive import Archive
from condyle.dicom.network.found import Filters, FoundInstance
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import DimsePeer
from condyle.domain.progress import Progress
from condyle.errors import (
    BadImage,
    NotThere,
    OutputError,
    PeerUnreachable,
    UnsafeInput,
)
from condyle.workflows.pacs import retrieve as module
from condyle.workflows.pacs.destination import ArchiveDestination, FolderDestination
from condyle.workflows.pacs.retrieve import TRIES, retrieve

PEER = DimsePeer("pacs", "X", "127.0.0.1", 1)
Take = Callable[[Received], None]


@dataclass
class Pacs:
    """A PACS that holds a study, and is lost after so many instances each time."""

    contents: dict[str, bytes]
    lives: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def listed(self, peer: DimsePeer, filters: Filters) -> list[FoundInstance]:
        return [
            FoundInstance(STUDY, ".".join(uid.split(".")[:-1]), uid, "1.2") for uid in self.contents
        ]

    def given(self, peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
        self.asked.append(len(wanted))
        life = self.lives.pop(0) if self.lives else len(wanted)
        for one in wanted[:life]:
            take(Received(one.uid, self.contents[one.uid]))
        if life < len(wanted):
            raise PeerUnreachable("It was lost.", found="nobody")


@pytest.fixture
def pacs(monkeypatch: pytest.MonkeyPatch) -> Pacs:
    made = Pacs({str(one.SOPInstanceUID): as_bytes(one) for one in a_study(10)})
    monkeypatch.setattr(module, "find_instances", made.listed)
    monkeypatch.setattr(module, "get_instances", made.given)
    return made


def _fetch(folder: Path, told: list[Progress] | None = None) -> module.Retrieved:
    return retrieve(
        PEER,
        Filters(study=STUDY),
        FolderDestination(folder),
        progress=(told if told is not None else []).append,
        wait=lambda seconds: None,
    )


def test_a_connection_that_is_lost_is_gone_on_with_for_what_is_missing(
    pacs: Pacs, tmp_path: Path
) -> None:
    pacs.lives = [3, 0, 5]

    done = _fetch(tmp_path)

    assert (done.wanted, done.there, done.fetched, done.missing) == (10, 0, 10, ())
    assert pacs.asked == [10, 7, 7, 2]
    files = {path.read_bytes() for path in tmp_path.rglob("*.dcm")}
    assert files == set(pacs.contents.values())


def test_a_peer_that_stays_away_is_given_up_and_what_came_is_kept(
    pacs: Pacs, tmp_path: Path
) -> None:
    pacs.lives = [4] + [0] * TRIES

    with pytest.raises(PeerUnreachable):
        _fetch(tmp_path)
    pacs.asked.clear()
    pacs.lives.clear()
    again = _fetch(tmp_path)

    assert pacs.asked == [6]
    assert (again.there, again.fetched) == (4, 6)


def test_what_a_peer_lists_and_does_not_send_is_told(
    pacs: Pacs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = sorted(pacs.contents)[0]
    given = pacs.given

    def without(peer: DimsePeer, wanted: Sequence[FoundInstance], take: Take) -> None:
        given(peer, [one for one in wanted if one.uid != lost], take)

    monkeypatch.setattr(module, "get_instances", without)

    assert _fetch(tmp_path).missing == (lost,)


def test_progress_begins_with_what_is_there_and_ends_with_all(pacs: Pacs, tmp_path: Path) -> None:
    _fetch(tmp_path)
    for path in sorted(tmp_path.rglob("*.dcm"))[:4]:
        path.unlink()
    told: list[Progress] = []

    _fetch(tmp_path, told)

    assert [one.done for one in told] == [6, 7, 8, 9, 10]
    assert {(one.stage, one.total) for one in told} == {("fetch", 10)}


def test_an_instance_that_cannot_be_read_is_counted_and_holds_up_no_other(
    pacs: Pacs, tmp_path: Path
) -> None:
    broken = sorted(pacs.contents)[2]
    pacs.contents[broken] = b"no DICOM"

    done = _fetch(tmp_path)

    assert (done.fetched, done.broken) == (9, 1)
    assert not list(tmp_path.rglob("*.part"))


def test_a_study_that_a_peer_does_not_have_is_not_there(pacs: Pacs, tmp_path: Path) -> None:
    pacs.contents.clear()

    with pytest.raises(NotThere):
        _fetch(tmp_path)


@pytest.mark.parametrize("uid", ["../../etc/passwd", "1/2", "", "1..2", "a"])
def test_a_uid_that_could_be_a_path_is_never_one(tmp_path: Path, uid: str) -> None:
    with pytest.raises(UnsafeInput):
        FolderDestination(tmp_path).there([FoundInstance("1.2", "1.2", uid, "")])


def test_a_file_goes_where_its_own_header_says_whatever_the_peer_calls_it(tmp_path: Path) -> None:
    one = instance(3)

    uid = FolderDestination(tmp_path).take(Received("9.9.9", as_bytes(one)))

    assert uid == one.SOPInstanceUID
    (path,) = tmp_path.rglob("*.dcm")
    assert path == tmp_path / STUDY / f"{STUDY}.1" / f"{uid}.dcm"


def test_what_is_no_image_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadImage):
        FolderDestination(tmp_path).take(Received("1.2", b"text"))

    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(OutputError) as error:
        FolderDestination(tmp_path / "file").take(Received("1.2", as_bytes(instance(1))))

    assert len(error.value.lines()) == 4


def test_the_archive_takes_it_in_batches_and_knows_what_it_has(
    archive: Archive, tmp_path: Path
) -> None:
    study = a_study(6)
    stored: list[int] = []
    destination = ArchiveDestination(archive, tmp_path / "work", stored=stored.append)
    wanted = [FoundInstance(STUDY, "", str(one.SOPInstanceUID), "") for one in study]

    for one in study[:4]:
        destination.take(Received("", as_bytes(one)))
    assert destination.there(wanted) == set()
    destination.flush()
    destination.flush()

    assert stored == [4]
    assert destination.there(wanted) == {str(one.SOPInstanceUID) for one in study[:4]}
    assert len(destination.studies) == 1
    assert not list((tmp_path / "work").iterdir())


def test_other_content_under_a_uid_that_is_there_is_kept_apart_and_counted(
    archive: Archive, tmp_path: Path
) -> None:
    destination = ArchiveDestination(archive, tmp_path / "work")
    for description in ("one", "other"):
        content = as_bytes(instance(1, SeriesDescription=description))
        destination.take(Received("", content))
        destination.flush()

    assert destination.refused == 1
