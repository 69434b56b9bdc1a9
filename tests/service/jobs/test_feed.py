"""Live updates: one look at the database for all who listen, and none missed."""

import asyncio
import contextlib
import json

import pytest

from condyle.archive.studies import get_study, touch
from condyle.errors import Unavailable
from condyle.service.live import feed as feeds
from condyle.service.live.feed import Feed
from condyle.service.routes.events import _since, written_events


@pytest.fixture(name="change")
def _change(archive):
    """Changes a study and gives its new revision."""

    def change(study_id):
        with archive.database.write() as session:
            return touch(session, get_study(session, study_id))

    return change


@pytest.fixture(name="last")
def _last(archive):
    def last():
        with archive.database.read() as session:
            return feeds.last_revision(session)

    return last


def listening(feed, archive, since=None):
    return contextlib.aclosing(feed.listen(archive.database, since))


async def heard(stream, count):
    """Gives the next changes of a listener, beats left out."""
    found = []
    while len(found) < count:
        found += [(c.study_id, c.revision) for c in await asyncio.wait_for(anext(stream), 10)]
    return found


def test_a_listener_is_told_from_where_on_and_then_of_each_change(archive, hold, change, last):
    study_id = hold(archive)

    async def story():
        async with listening(Feed(0.01), archive) as stream:
            assert await heard(stream, 1) == [(0, last())]
            revision = change(study_id)
            assert await heard(stream, 1) == [(study_id, revision)]

    asyncio.run(story())


def test_who_was_cut_off_hears_what_changed_since_and_nothing_twice(archive, hold, change):
    first, second = hold(archive, 1), hold(archive, 2)
    since = change(first)
    missed = [(second, change(second)), (first, change(first))]

    async def story():
        async with listening(Feed(0.01), archive, since) as stream:
            assert await heard(stream, 3) == [(0, since), *missed]
            revision = change(second)
            assert await heard(stream, 1) == [(second, revision)]

    asyncio.run(story())


def test_a_long_absence_is_made_up_for_in_pieces(archive, hold, change, monkeypatch):
    monkeypatch.setattr(feeds, "BACKLOG", 1)
    studies = [hold(archive, number) for number in (1, 2, 3)]
    since = change(studies[0])
    missed = [(study_id, change(study_id)) for study_id in studies]

    async def story():
        async with listening(Feed(0.01), archive, since) as stream:
            assert await heard(stream, 4) == [(0, since), *missed]

    asyncio.run(story())


def test_a_revision_that_a_restored_archive_has_not_reached_is_not_waited_for(
    archive, hold, change, last
):
    study_id = hold(archive)

    async def story():
        async with listening(Feed(0.01), archive, 10_000) as stream:
            assert await heard(stream, 1) == [(0, last())]
            revision = change(study_id)
            assert await heard(stream, 1) == [(study_id, revision)]

    asyncio.run(story())


def test_all_listeners_share_one_look_at_the_database(archive, hold, change, monkeypatch):
    study_id = hold(archive)
    looks, read = [], feeds._read

    def counted(database, since):
        looks.append(since)
        return read(database, since)

    async def story():
        feed = Feed(0.05)
        async with contextlib.AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(listening(feed, archive)) for _ in range(20)]
            for stream in streams:
                await heard(stream, 1)
            monkeypatch.setattr(feeds, "_read", counted)
            revision = change(study_id)
            for stream in streams:
                assert await heard(stream, 1) == [(study_id, revision)]
            assert feed.listeners == 20
        assert feed.listeners == 0
        assert 0 < len(looks) < 10

    asyncio.run(story())


def test_nobody_looks_while_nobody_listens(archive, monkeypatch):
    looks = []

    async def story():
        feed = Feed(0.001)
        async with listening(feed, archive) as stream:
            await heard(stream, 1)
        monkeypatch.setattr(feeds, "_read", lambda *given: looks.append(given))
        await asyncio.sleep(0.05)

    asyncio.run(story())
    assert looks == []


def test_who_is_too_slow_is_cut_off_and_asks_again(archive, hold, change, monkeypatch):
    monkeypatch.setattr(feeds, "BACKLOG", 1)
    studies = [hold(archive, number) for number in (1, 2, 3)]

    async def story():
        async with listening(Feed(0.005), archive) as stream:
            await heard(stream, 1)
            for study_id in studies:
                change(study_id)
            await asyncio.sleep(0.3)
            with pytest.raises(StopAsyncIteration):
                await heard(stream, 3)

    asyncio.run(story())


def test_a_database_that_is_lost_for_a_moment_ends_no_stream(archive, hold, change, monkeypatch):
    study_id = hold(archive)
    read, failed = feeds._read, []

    def lost(database, since):
        if len(failed) < 3:
            failed.append(1)
            raise Unavailable("The database cannot be used now.", found="a lost connection")
        return read(database, since)

    async def story():
        async with listening(Feed(0.005), archive) as stream:
            await heard(stream, 1)
            monkeypatch.setattr(feeds, "_read", lost)
            revision = change(study_id)
            assert await heard(stream, 1) == [(study_id, revision)]

    asyncio.run(story())
    assert len(failed) == 3


def test_a_database_that_stays_away_ends_the_streams_so_that_pages_ask_and_hear_why(
    archive, hold, change, monkeypatch
):
    study_id = hold(archive)
    read = feeds._read

    def lost(database, since):
        raise Unavailable("The database cannot be used now.", found="a lost connection")

    async def story():
        feed = Feed(0.005)
        async with listening(feed, archive) as first, listening(feed, archive) as second:
            for stream in (first, second):
                await heard(stream, 1)
            monkeypatch.setattr(feeds, "_read", lost)
            for stream in (first, second):
                with pytest.raises(StopAsyncIteration):
                    await heard(stream, 1)
        monkeypatch.setattr(feeds, "_read", read)
        async with listening(feed, archive) as again:
            await heard(again, 1)
            revision = change(study_id)
            assert await heard(again, 1) == [(study_id, revision)]

    asyncio.run(story())


def test_the_stream_is_written_as_server_sent_events(archive, hold, change, last):
    study_id = hold(archive)
    since = last()
    revision = change(study_id)

    async def story():
        feed = Feed(0.01, beat_s=0.05)
        stream = written_events(feed, archive.database, since, longest_s=0.1)
        return [text async for text in stream]

    retry, ready, study, *rest = asyncio.run(story())
    assert retry == "retry: 1000\n\n"
    assert ready == f'id: {since}\nevent: ready\ndata: {{"revision": {since}}}\n\n'
    told = json.dumps({"id": study_id, "revision": revision})
    assert study == f"id: {revision}\nevent: study\ndata: {told}\n\n"
    assert rest
    assert set(rest) == {": here\n\n"}, "a dead connection is noticed, and the stream ends"


@pytest.mark.parametrize(
    ("told", "since"),
    [
        (None, None),
        ("12", 12),
        ("", None),
        ("-1", None),
        ("1e3", None),
        ("9" * 40, None),
        ("9" * 16, 2**53),
        ("١٢", None),
    ],
)
def test_only_a_plain_number_is_taken_for_a_revision(told, since):
    assert _since(told) == since
