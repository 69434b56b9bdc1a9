"""An upload goes on where it was interrupted, and its files are taken once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from condyle.archive import uploads
from condyle.archive.archive import Archive
from condyle.archive.objects import Stored
from condyle.archive.uploads import Offer
from condyle.domain.messages import Message
from condyle.errors import Conflict, InputError, NotThere

Act = Callable[[Session], Any]
ONE, TWO = Stored("1" * 64, 3), Stored("2" * 64, 3)


@pytest.fixture
def do(archive: Archive) -> Callable[[Act], Any]:
    def act(work: Act) -> Any:
        with archive.database.write() as session:
            return work(session)

    return act


@pytest.fixture
def at(archive: Archive):
    return archive.clock()


@pytest.fixture
def opened(do, at, make_user) -> str:
    offers = [Offer("knee/1.dcm", 3), Offer("knee/2.dcm", 3)]
    return str(
        do(
            lambda s: uploads.open_upload(
                s, make_user(s), offers, priority_rank=1, exclusions=["implant"], at=at
            )
        ).id
    )


def files(do, upload_id: str) -> list[tuple[str, str]]:
    return [(row.name, row.state) for row in do(lambda s: uploads.files_of(s, upload_id))]


def test_an_upload_waits_for_its_files(do, opened: str) -> None:
    assert files(do, opened) == [("knee/1.dcm", "waiting"), ("knee/2.dcm", "waiting")]
    row = do(lambda s: uploads.get_upload(s, opened))
    assert (row.state, row.priority_rank, row.exclusions) == ("open", 1, ["implant"])


def test_nobody_guesses_the_identifier_of_an_upload(opened: str) -> None:
    assert len(opened) == 32


@pytest.mark.parametrize(
    "offers", [[], [Offer("", 1)], [Offer("a", 1), Offer("a", 2)], [Offer("\0", 1)]]
)
def test_files_without_a_name_of_their_own_are_refused(
    do, at, make_user, offers: list[Offer]
) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        do(
            lambda s: uploads.open_upload(
                s, make_user(s), offers, priority_rank=2, exclusions=[], at=at
            )
        )


def test_a_file_that_came_is_here_and_coming_again_changes_nothing(do, opened: str) -> None:
    for _ in range(2):
        assert do(lambda s: uploads.file_came(s, opened, 1, ONE)).state == "here"
    assert files(do, opened) == [("knee/1.dcm", "here"), ("knee/2.dcm", "waiting")]


def test_other_bytes_for_a_file_that_came_are_refused(do, opened: str) -> None:
    do(lambda s: uploads.file_came(s, opened, 1, ONE))
    with pytest.raises(Conflict, match="not taken"):
        do(lambda s: uploads.file_came(s, opened, 1, TWO))


def test_more_or_fewer_bytes_than_offered_are_refused(do, opened: str) -> None:
    with pytest.raises(InputError, match="not taken"):
        do(lambda s: uploads.file_came(s, opened, 1, Stored("1" * 64, 2)))
    assert files(do, opened)[0] == ("knee/1.dcm", "waiting")


def test_a_file_of_another_upload_is_not_there(do, at, opened: str, make_user) -> None:
    user = do(lambda s: uploads.get_upload(s, opened)).user_id
    other = do(
        lambda s: uploads.open_upload(
            s, user, [Offer("x", 3)], priority_rank=2, exclusions=[], at=at
        )
    ).id
    with pytest.raises(NotThere, match="file of the upload"):
        do(lambda s: uploads.file_came(s, other, 1, ONE))


def test_one_caller_sorts_an_upload(do, opened: str) -> None:
    assert do(lambda s: uploads.begin_sorting(s, opened))
    assert not do(lambda s: uploads.begin_sorting(s, opened))


def test_a_file_that_comes_after_the_end_is_refused(do, opened: str) -> None:
    do(lambda s: uploads.begin_sorting(s, opened))
    with pytest.raises(Conflict, match="not taken"):
        do(lambda s: uploads.file_came(s, opened, 1, ONE))


def test_sorting_gives_each_file_its_result(do, at, opened: str) -> None:
    do(lambda s: uploads.begin_sorting(s, opened))
    why = Message("not-an-image", {"n": 1}, "file")
    do(lambda s: uploads.file_sorted(s, 1, "refused", reason=why))
    do(lambda s: uploads.file_sorted(s, 2, "stored"))
    do(lambda s: uploads.end_sorting(s, opened, at=at))
    assert files(do, opened) == [("knee/1.dcm", "refused"), ("knee/2.dcm", "stored")]
    reason = do(lambda s: uploads.get_file(s, opened, 1)).reason
    assert reason == {"code": "not-an-image", "params": {"n": 1}, "subject": "file"}
    row = do(lambda s: uploads.get_upload(s, opened))
    assert (row.state, row.finished_at) == ("done", at)


def test_an_upload_that_is_not_being_sorted_does_not_end(do, at, opened: str) -> None:
    do(lambda s: uploads.end_sorting(s, opened, at=at))
    assert do(lambda s: uploads.get_upload(s, opened)).state == "open"


def test_an_abandoned_upload_takes_nothing_and_stays_abandoned(do, at, opened: str) -> None:
    for _ in range(2):
        do(lambda s: uploads.abandon(s, opened, at=at))
    with pytest.raises(Conflict):
        do(lambda s: uploads.file_came(s, opened, 1, ONE))
    with pytest.raises(Conflict, match="cannot be sorted"):
        do(lambda s: uploads.begin_sorting(s, opened))


def test_an_upload_that_is_sorted_cannot_be_abandoned(do, at, opened: str) -> None:
    do(lambda s: uploads.begin_sorting(s, opened))
    with pytest.raises(Conflict, match="cannot be abandoned"):
        do(lambda s: uploads.abandon(s, opened, at=at))


def test_uploads_that_a_killed_process_was_sorting_are_found(do, opened: str) -> None:
    do(lambda s: uploads.begin_sorting(s, opened))
    assert [row.id for row in do(lambda s: uploads.uploads_in(s, "sorting"))] == [opened]
    assert do(lambda s: uploads.uploads_in(s, "open", "done")) == []


def test_what_is_not_there_is_told(do) -> None:
    with pytest.raises(NotThere, match="no such upload"):
        do(lambda s: uploads.get_upload(s, "nobody"))
    with pytest.raises(NotThere, match="file of an upload"):
        do(lambda s: uploads.file_sorted(s, 77, "stored"))
