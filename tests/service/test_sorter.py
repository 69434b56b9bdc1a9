"""The thread that sorts: one upload after another, and none lost where something fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from condyle.archive.archive import Archive
from condyle.domain.progress import Progress
from condyle.errors import Cancelled, Unavailable
from condyle.service.live import sorter as module
from condyle.service.live.sorter import Sorter


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


@pytest.fixture
def sorted_(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []

    def sort(archive: Archive, upload_id: str, **how: Any) -> tuple[int, ...]:
        done.append(upload_id)
        return ()

    monkeypatch.setattr(module, "sort_upload", sort)
    return done


def test_uploads_are_sorted_in_the_order_in_which_they_were_finished(
    sorted_: list[str], archive: Archive
) -> None:
    sorter = Sorter()
    for name in "abc":
        sorter.submit(archive, name)
    until(lambda: len(sorted_) == 3)
    assert sorted_ == ["a", "b", "c"]
    sorter.close()


def test_the_thread_begins_with_the_first_upload_and_ends_with_the_sorter(
    sorted_: list[str], archive: Archive
) -> None:
    def threads() -> int:
        return sum(one.name == "sorter" for one in threading.enumerate())

    before = threads()
    sorter = Sorter()
    assert threads() == before
    sorter.submit(archive, "a")
    until(lambda: sorted_ == ["a"])
    sorter.close()
    until(lambda: threads() == before)


def test_an_upload_that_the_disk_refuses_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, archive: Archive
) -> None:
    tries: list[str] = []

    def sort(archive: Archive, upload_id: str, **how: Any) -> tuple[int, ...]:
        tries.append(upload_id)
        if len(tries) < 3:
            raise Unavailable("The disk is full.")
        return ()

    monkeypatch.setattr(module, "sort_upload", sort)
    sorter = Sorter(again_s=0.01)
    sorter.submit(archive, "a")
    until(lambda: len(tries) == 3)
    sorter.close()
    assert tries == ["a", "a", "a"]


def test_one_upload_that_fails_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, archive: Archive
) -> None:
    done: list[str] = []
    given_up: list[str] = []

    def sort(archive: Archive, upload_id: str, **how: Any) -> tuple[int, ...]:
        if upload_id == "bad":
            raise ZeroDivisionError
        done.append(upload_id)
        return ()

    monkeypatch.setattr(module, "sort_upload", sort)
    monkeypatch.setattr(module, "give_up", lambda archive, upload: given_up.append(upload))
    sorter = Sorter()
    sorter.submit(archive, "bad")
    sorter.submit(archive, "good")
    until(lambda: done == ["good"])
    sorter.close()
    assert given_up == ["bad"]


def test_closing_stops_before_the_next_file(
    monkeypatch: pytest.MonkeyPatch, archive: Archive
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def sort(archive: Archive, upload_id: str, *, progress: Any, **how: Any) -> tuple[int, ...]:
        try:
            for done in range(100_000):
                progress(Progress("sort", done, 100_000))
                begun.set()
                time.sleep(0.001)
        except Cancelled:
            stopped.set()
            raise
        return ()

    monkeypatch.setattr(module, "sort_upload", sort)
    sorter = Sorter()
    sorter.submit(archive, "a")
    assert begun.wait(5)
    sorter.close()
    assert stopped.is_set()
