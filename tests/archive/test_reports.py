"""A report is a draft that nobody overwrites unseen, and then it is signed and stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from condyle.archive import analyses, reports
from condyle.archive.analyses import BundleRun, NewFinding, Result
from condyle.archive.archive import Archive
from condyle.archive.check import check
from condyle.archive.clinical_tables import Correction
from condyle.archive.migrations import upgrade
from condyle.archive.references import named_objects
from condyle.archive.store import store
from condyle.archive.studies import changes_since, get_study, last_revision
from condyle.domain.clinical_report import FIXED, SECTIONS
from condyle.errors import Conflict, NotThere, UsageError

AT = dt.datetime(2030, 1, 7, 9, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=5)
Act = Callable[[Session], Any]


@pytest.fixture
def do(archive: Archive, instance, make_user) -> Callable[[Act], Any]:
    """Does something in a transaction of its own; study 1 and user 1 are there."""
    store(archive, [instance(1)])

    def act(work: Act) -> Any:
        with archive.database.write() as session:
            return work(session)

    act(make_user)
    return act


def begin(do, language: str = "en") -> int:
    def work(session: Session) -> int:
        new = reports.NewDraft(
            language=language,
            sections={"findings": "Filled.", "not-assessed": "Nerves."},
            basis=reports.basis_of(session, 1),
            user_id=1,
            at=AT,
        )
        return reports.begin(session, 1, new).id

    return int(do(work))


def edit(do, report: int, edition: int, **sections: str) -> Any:
    change = reports.Edit(edition=edition, sections=sections, user_id=1, at=LATER)
    return do(lambda session: reports.edit(session, report, change))


def sign(do, report: int, edition: int = 1, archive: Archive | None = None) -> Any:
    def put(content: bytes) -> str:
        return archive.objects.put(content).sha256 if archive else content.hex().ljust(64, "0")

    signing = reports.Signing(
        edition=edition,
        content=put(b"{}"),
        pdf=put(b"pdf"),
        html=put(b"html"),
        user_id=1,
        name="Dr U",
        at=LATER,
    )
    return do(lambda session: reports.sign(session, report, signing))


def add(do, report: int, said: str = "More.", content: str = "c" * 64) -> Any:
    new = reports.NewAddendum(text=said, content=content, user_id=1, name="Dr U", at=LATER)
    return do(lambda session: reports.add_addendum(session, report, new))


def get(do, report: int) -> Any:
    return do(lambda session: reports.get_report(session, report))


def run(do, minute: int, *, hidden: bool = False) -> str:
    at = AT + dt.timedelta(minutes=minute)
    found = NewFinding(key="k", name="disc-herniation", positive=True, document={})
    result = Result(report="a" * 64, files={}, findings=[found], software_version="0")

    def work(session: Session) -> str:
        bundle = BundleRun("lumbar", "1.0.0", "f" * 64, hidden)
        row = analyses.queue_analysis(session, 1, bundle, at=at)
        analyses.start(session, row.id, at=at)
        analyses.finish(session, row.id, result, at=at)
        return row.id

    return str(do(work))


def test_a_draft_has_every_section_in_order_and_touches_its_study(do) -> None:
    before = do(last_revision)
    row = get(do, begin(do))
    assert set(row.sections) == set(SECTIONS)
    assert (row.sections["findings"], row.sections["impression"]) == ("Filled.", "")
    assert (row.edition, row.signed_at) == (1, None)
    assert [change.study_id for change in do(lambda s: changes_since(s, before))] == [1]


def test_an_edit_changes_what_it_names_and_gives_the_next_edition(do) -> None:
    report = begin(do)
    edit(do, report, 1, impression="One.")
    edit(do, report, 2, technique="MR.")
    row = get(do, report)
    assert (row.edition, row.changed_at) == (3, LATER)
    assert (row.sections["impression"], row.sections["technique"]) == ("One.", "MR.")
    assert row.sections["findings"] == "Filled."


def test_of_two_edits_of_one_edition_the_second_is_refused_and_loses_nothing(do) -> None:
    report = begin(do)
    edit(do, report, 1, impression="Mine.")
    with pytest.raises(Conflict, match="edition 2"):
        edit(do, report, 1, impression="Theirs.")
    assert get(do, report).sections["impression"] == "Mine."


@pytest.mark.parametrize("name", [*sorted(FIXED), "diagnosis"])
def test_a_fixed_or_unknown_section_is_refused(do, name: str) -> None:
    report = begin(do)
    with pytest.raises(UsageError, match="clinical-information"):
        edit(do, report, 1, **{"impression": "x", name: "y"})
    assert get(do, report).edition == 1


def test_signing_makes_report_and_study_signed_and_names_its_objects(do) -> None:
    report = begin(do)
    sign(do, report)
    row = get(do, report)
    assert (row.signed_name, row.signed_by, row.signed_at) == ("Dr U", 1, LATER)
    assert do(lambda s: get_study(s, 1).state) == "signed"
    assert {row.content, row.pdf, row.html} <= do(named_objects)


def test_an_old_edition_is_not_signed(do) -> None:
    report = begin(do)
    edit(do, report, 1, impression="Newer.")
    with pytest.raises(Conflict, match="edition 2"):
        sign(do, report, 1)
    assert get(do, report).signed_at is None
    assert do(lambda s: get_study(s, 1).state) == "received"


def test_a_signed_report_is_neither_edited_nor_signed_again(do) -> None:
    report = begin(do)
    sign(do, report)
    with pytest.raises(Conflict, match="addendum"):
        edit(do, report, 1, impression="Else.")
    with pytest.raises(Conflict, match="addendum"):
        sign(do, report)


def test_a_study_has_one_signed_report(do) -> None:
    one, two = begin(do), begin(do, "es")
    sign(do, one)
    with pytest.raises(Conflict, match="that is signed"):
        sign(do, two)
    with pytest.raises(Conflict, match="that is signed"):
        begin(do)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports SET language = 'es'",
        "UPDATE reports SET signed_at = NULL",
        "DELETE FROM reports",
        "UPDATE addenda SET text = 'Else.'",
        "DELETE FROM addenda",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_signed(do, statement: str) -> None:
    report = begin(do)
    sign(do, report)
    if "addenda" in statement:
        add(do, report)
    with pytest.raises(IntegrityError, match="signed is never changed"):
        do(lambda session: session.execute(text(statement)))
    assert get(do, report).language == "en"


def test_the_database_lets_a_draft_be_changed_and_deleted(do) -> None:
    begin(do)
    do(lambda session: session.execute(text("UPDATE reports SET language = 'es'")))
    do(lambda session: session.execute(text("DELETE FROM reports")))
    assert do(lambda session: reports.reports_of(session, 1)) == []


def test_addenda_are_kept_in_order_and_only_of_a_signed_report(do) -> None:
    report = begin(do)
    with pytest.raises(Conflict, match="edit the draft"):
        add(do, report)
    sign(do, report)
    add(do, report, "One.")
    add(do, report, "Two.")
    kept = do(lambda session: reports.addenda_of(session, report))
    assert [(row.text, row.signed_name) for row in kept] == [("One.", "Dr U"), ("Two.", "Dr U")]


def test_a_report_is_stale_once_a_run_or_a_correction_comes_after_it(do) -> None:
    def stale(report: int) -> bool:
        return bool(do(lambda s: reports.is_stale(s, reports.get_report(s, report))))

    first = begin(do)
    run(do, 1)
    assert stale(first)
    second = begin(do)
    assert not stale(second)
    said = Correction(study_id=1, kind="accept", value={}, user_id=1, at=AT)
    do(lambda session: session.add(said))
    assert stale(second)


def test_a_silent_run_makes_no_report_stale(do) -> None:
    report = begin(do)
    run(do, 1, hidden=True)
    assert not do(lambda s: reports.is_stale(s, reports.get_report(s, report)))


def test_a_later_run_leaves_the_study_signed(do) -> None:
    sign(do, begin(do))
    run(do, 1)
    assert do(lambda s: get_study(s, 1).state) == "signed"


def test_a_signed_archive_is_sound(do, archive: Archive) -> None:
    report = begin(do)
    sign(do, report, archive=archive)
    add(do, report, content=archive.objects.put(b"[]").sha256)
    assert check(archive).faults == ()


def test_reports_of_a_study_come_the_latest_first(do) -> None:
    one, two = begin(do), begin(do, "es")
    assert [row.id for row in do(lambda s: reports.reports_of(s, 1))] == [two, one]


def test_what_is_not_there_is_told(do) -> None:
    with pytest.raises(NotThere, match="no such report"):
        get(do, 9)
    with pytest.raises(NotThere, match="no such report"):
        sign(do, 9)
    draft = reports.NewDraft(language="en", sections={}, basis={}, user_id=1, at=AT)
    with pytest.raises(NotThere, match="no such study"):
        do(lambda session: reports.begin(session, 9, draft))


def test_an_upgrade_of_an_upgraded_database_leaves_its_guards(do, archive: Archive) -> None:
    sign(do, begin(do))
    upgrade(archive.database)
    with pytest.raises(IntegrityError):
        do(lambda session: session.execute(text("DELETE FROM reports")))
