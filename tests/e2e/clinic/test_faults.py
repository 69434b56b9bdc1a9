"""A disk that fills or turns read-only, and a database that goes: what a page says, and after.

Each clinic is staffed and has its study before it starts, and runs no bundle: neither is the
matter here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.conftest import PostgresServer
from tests.service.conftest import CHEAP
from tests.service.studies_of import put_run, put_study
from tests.workflows.clinic.brought import mr, written

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.service.opening import open_archive
from condyle.service.settings import Settings

from . import browsing
from .browsing import Watched, asked
from .disks import SmallDisk, small_disk
from .running import RunningClinic

pytestmark = pytest.mark.needs("browser", "mount")

PASSWORD = "seven quiet herons rise"
FULL_MIB, ENOUGH_MIB = 12, 80
SIDE = 1024
FILES = 8


@dataclass(frozen=True)
class Faulty:
    """A running clinic whose disk is small, and its archive as seen from here."""

    clinic: RunningClinic
    disk: SmallDisk
    archive: Archive


def staffed(archive: Archive) -> None:
    """Adds a clinician with a password, and a study with findings."""
    account = accounts.NewAccount("clara", "Clara Clinician", "clinician", CHEAP.hash(PASSWORD))
    with archive.database.write() as session:
        accounts.add_user(session, account, dt.datetime.now(dt.UTC))
    put_run(archive, put_study(archive))


def running(folder: Path, database_url: str = "") -> Iterator[Faulty]:
    more = {"CONDYLE_WORKER": "false", "CONDYLE_DATABASE_URL": database_url}
    clinic = RunningClinic(folder, {name: value for name, value in more.items() if value})
    with small_disk(clinic.home, FULL_MIB) as disk:
        given = Settings(home=clinic.home, database_url=database_url, worker=False)
        archive = open_archive(given)
        staffed(archive)
        archive.database.close()
        clinic.start()
        try:
            yield Faulty(clinic, disk, archive)
        finally:
            clinic.kill()
            archive.database.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    """A clinic with all that it has, SQLite as well, on a disk that an upload fills."""
    yield from running(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def apart(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgres_template: str,
) -> Iterator[Faulty]:
    """A clinic whose rows are in PostgreSQL and whose objects on a disk of their own."""
    name = postgres_server.new_database(postgres_template)
    yield from running(tmp_path_factory.mktemp("apart"), postgres_server.url(name))


def page_of(faulty: Faulty, browser: Browser) -> Page:
    """A page of the clinician's, who is logged in."""
    page = browsing.new_page(browser, Watched(faulty.clinic.address))
    browsing.log_in(page, "clara", PASSWORD)
    expect(page.locator("tr.study")).to_have_count(1)
    return page


def parts(failure: Locator) -> list[str]:
    """What a failure says: what failed, was found, is needed, and how to mend it."""
    expect(failure).to_be_visible()
    said = [failure.locator(".failure-what"), *failure.locator("dd").all()]
    return [one.text_content() or "" for one in said]


@pytest.fixture
def large_files(tmp_path: Path) -> list[Path]:
    """A study of which less than half has room on the small disk."""
    made = []
    for number in range(FILES):
        pixels = bytes([number, 0]) * (SIDE * SIDE)
        one = mr(str(number), Rows=SIDE, Columns=SIDE, InstanceNumber=number, PixelData=pixels)
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(written(one))
        made.append(path)
    return made


def test_an_upload_that_fills_the_disk_says_so_and_goes_on_once_there_is_room(
    small: Faulty, browser: Browser, large_files: list[Path]
) -> None:
    page = page_of(small, browser)
    page.goto("/upload")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(large_files)
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Upload", exact=True).click()
    failed, found, needed, mend = parts(page.locator(".job .failure"))
    assert "cannot be used" in failed and "full" in found and "room" in needed + mend
    expect(page.get_by_text("tried again by itself").first).to_be_visible()

    page.get_by_role("link", name="Worklist", exact=True).click()
    expect(page.locator("tr.study")).to_contain_text("Moreau")
    page.get_by_role("searchbox").fill("nobody of that name")
    expect(page.locator("tr.study")).to_have_count(0)
    page.get_by_role("link", name="Upload").first.click()
    expect(page.locator(".job .failure")).to_be_visible()

    small.disk.resize(ENOUGH_MIB)
    expect(page.get_by_role("status").filter(has_text="Uploaded")).to_be_visible()
    expect(page.locator(".job .failure")).to_have_count(0)
    expect(page.locator(".file-state")).to_have_text(["Stored"] * FILES)
    assert asked(page, "/api/v1/worklist")["total"] == 2
    assert check(small.archive).faults == ()
    page.context.close()


@pytest.mark.needs("postgres")
def test_where_nothing_can_be_written_nothing_typed_is_lost_and_it_is_signed_afterwards(
    apart: Faulty, browser: Browser, postgres_server: PostgresServer
) -> None:
    page = page_of(apart, browser)
    page.goto("/studies/1")
    level = page.get_by_role("region", name="L4-L5")
    level.locator(".finding-name", has_text="Pfirrmann").click()
    page.get_by_label("Note").fill("seen on both series")
    page.get_by_role("tab", name="Report").click()
    page.get_by_role("button", name="Begin the report").click()
    panel = page.get_by_role("tabpanel")
    panel.get_by_label("Impression").fill("Worn discs.")
    expect(panel.get_by_text("Saved at")).to_be_visible()
    panel.get_by_role("button", name="Sign", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(PASSWORD)

    with nothing_written(apart, postgres_server):
        dialog.get_by_role("button", name="Sign as").click()
        assert tells_of_read_only(parts(dialog.locator(".failure")))
        expect(dialog.get_by_label("Your password")).to_have_value(PASSWORD)
        dialog.get_by_role("button", name="Cancel").click()

        panel.get_by_label("Impression").fill("Worn discs. No surgery.")
        expect(panel.get_by_text("What you typed is kept here")).to_be_visible()
        page.get_by_role("tab", name="Findings").click()
        grades = page.get_by_role("group", name="Grade of Pfirrmann")
        grades.get_by_role("button").nth(2).click()
        assert tells_of_read_only(parts(page.locator(".toast .failure").last))
        expect(page.get_by_label("Note")).to_have_value("seen on both series")
        assert asked(page, "/api/v1/studies/1/corrections")["corrections"] == []

    page.get_by_role("tab", name="Findings").click()
    grades.get_by_role("button").nth(2).click()
    expect(level.get_by_text("changed by Clara Clinician")).to_be_visible()
    said = asked(page, "/api/v1/studies/1/corrections")
    assert [one["note"] for one in said["corrections"]] == ["seen on both series"]
    assert [one["value"] for one in said["findings"] if one["state"] == "changed"] == [3]
    page.get_by_role("tab", name="Report").click()
    expect(panel.get_by_label("Impression")).to_have_value("Worn discs. No surgery.")
    expect(panel.get_by_text("Saved at")).to_be_visible()
    panel.get_by_role("button", name="Sign", exact=True).click()
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign as").click()
    expect(panel.get_by_text("Signed by Clara Clinician")).to_be_visible()
    (report,) = asked(page, "/api/v1/studies/1/reports")
    assert report["state"] == "signed" and "No surgery." in report["text"]
    page.context.close()


@contextmanager
def nothing_written(faulty: Faulty, server: PostgresServer) -> Iterator[None]:
    """Turns the disk read-only, and the database's server into a standby one."""
    with faulty.disk.read_only(), server.standing_by():
        yield


def tells_of_read_only(said: list[str]) -> bool:
    failed, found, needed, mend = said
    return "cannot be used" in failed and "read-only" in found.lower() and bool(needed and mend)


@pytest.mark.needs("postgres")
def test_a_lost_database_is_told_on_the_open_worklist_which_comes_back_by_itself(
    apart: Faulty, browser: Browser, postgres_server: PostgresServer
) -> None:
    page = page_of(apart, browser)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    postgres_server.stop()
    try:
        failed, found, needed, mend = parts(page.locator(".worklist-failure .failure"))
        assert "cannot be used" in failed and "connection" in found and needed and mend
    finally:
        postgres_server.start()
    expect(page.locator(".worklist-failure")).to_have_count(0)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator("tr.study")).to_have_count(1)
    page.context.close()
