"""Once a report is signed its results go where the rules say, and a later one replaces them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pydicom
import pytest
from sqlalchemy import select, update
from tests.running_orthanc import RunningOrthanc
from tests.service.conftest import Client, Clock, LogIn
from tests.service.exported import say
from tests.service.objects.test_objects import findings, signed
from tests.service.test_objects_sent import PEERS, send, waiting
from tests.service.test_reports import add, begin, sign

from condyle.archive.archive import Archive
from condyle.archive.network_tables import Outgoing, ResultsDue
from condyle.archive.tables import AuditEntry
from condyle.errors import BadConfiguration, Unavailable
from condyle.service.jobs.network import look_at_peers
from condyle.service.settings import Settings
from condyle.workflows.pacs import signed_results
from condyle.workflows.pacs.signed_results import MOST_TRIES, put_signed

RULES = """
rules:
  - name: back to the PACS
    then: {results: {pacs: [sr, seg]}}
  - name: spines
    when: {description: ["*"]}
    then: {results: {pacs: [seg], far: [sr]}}
"""


@pytest.fixture
def ruled(home: Path) -> None:
    (home / "pacs.yaml").write_text(PEERS)
    (home / "routing.yaml").write_text(RULES)


def due(archive: Archive) -> list[ResultsDue]:
    with archive.database.read() as session:
        return list(session.scalars(select(ResultsDue).order_by(ResultsDue.id)))


def objects(archive: Archive, peer: str = "pacs") -> list[Any]:
    return [
        pydicom.dcmread(io.BytesIO(archive.objects.read(row.object)))
        for row in waiting(archive)
        if row.peer == peer
    ]


def taken(archive: Archive) -> None:
    """As if every peer had taken what waits for it."""
    with archive.database.write() as session:
        left = update(Outgoing).where(Outgoing.state == "waiting")
        session.execute(left.values(state="stored", tries=1))


def rejected(one: Any) -> set[str]:
    return {
        item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        for item in one.ContentSequence
        if "ReferencedSOPSequence" in item
    }


@pytest.mark.usefixtures("ruled")
def test_nothing_goes_before_the_signature_and_after_it_what_the_rules_say(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    report = begin(clinician, study)
    say(archive, study, "accept", findings(archive)["disc-bulging"])
    assert put_signed(archive, home) == 0 and waiting(archive) == []
    assert sign(clinician, report).status_code == 200
    assert waiting(archive) == []  # the worker makes them

    assert put_signed(archive, home, organization="Made-up Hospital") == 3

    assert [one.Modality for one in objects(archive)] == ["SEG", "SR"]
    (sr,) = objects(archive, "far")
    assert (sr.Modality, sr.VerificationFlag, sr.CompletionFlag) == ("SR", "VERIFIED", "COMPLETE")
    assert sr.VerifyingObserverSequence[0].VerifyingOrganization == "Made-up Hospital"
    assert put_signed(archive, home) == 0
    assert [(one.cause, one.state, one.said) for one in due(archive)] == [
        ("signed", "done", "pacs, far")
    ]


def told_sent(client: Client, study: int) -> tuple[list[tuple[Any, ...]], int, int]:
    answer = client.get(f"/api/v1/studies/{study}/sent")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    each = [
        (one["peer"], one["kinds"], one["state"], one["done_at"] is not None, one["verified"])
        for one in body["sent"]
    ]
    return each, body["due"], body["failed"]


@pytest.mark.usefixtures("ruled")
def test_a_study_tells_what_went_where_by_the_rules_and_what_became_of_it(
    clinician: Client, archive: Archive, study: int, home: Path, clock: Clock
) -> None:
    assert told_sent(clinician, study) == ([], 0, 0)
    report = signed(clinician, study)
    assert told_sent(clinician, study) == ([], 1, 0)
    put_signed(archive, home)
    waits = [
        ("far", ["sr"], "waiting", False, True),
        ("pacs", ["seg", "sr"], "waiting", False, True),
    ]
    assert told_sent(clinician, study) == (waits, 0, 0)
    now = archive.clock()
    with archive.database.write() as session:
        pacs = update(Outgoing).where(Outgoing.peer == "pacs")
        session.execute(pacs.values(state="stored", tries=1, done_at=now))
        far = update(Outgoing).where(Outgoing.peer == "far")
        session.execute(far.values(state="refused", tries=1, done_at=now))
    clock.forward(minutes=5)
    assert add(clinician, report, "One sentence more.").status_code == 201
    put_signed(archive, home)
    states = [(peer, kinds, state) for peer, kinds, state, *_ in told_sent(clinician, study)[0]]
    assert ("pacs", ["seg"], "stored") in states and ("pacs", ["sr"], "replaced") in states
    assert ("pacs", ["sr"], "waiting") in states and ("far", ["sr"], "refused") in states
    with archive.database.write() as session:
        session.execute(update(ResultsDue).values(state="refused"))
    assert told_sent(clinician, study)[1:] == (0, 2)


@pytest.mark.parametrize("role", ["viewer", "researcher", "annotator", "administrator"])
def test_what_went_out_is_told_to_who_may_send(log_in: LogIn, study: int, role: str) -> None:
    assert log_in(role).get(f"/api/v1/studies/{study}/sent").status_code == 403


def test_of_a_study_that_is_not_there_nothing_is_told(clinician: Client) -> None:
    assert clinician.get("/api/v1/studies/4711/sent").status_code == 404


@pytest.mark.usefixtures("ruled")
def test_what_went_by_a_rule_stands_in_the_audit_log_by_peer(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    signed(clinician, study)
    put_signed(archive, home)
    with archive.database.read() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "study.sent")).all()
    assert [(one.user_name, one.user_id, one.patient_id) for one in acts] == [
        ("routing", None, 1)
    ] * 2
    assert [one.details["peer"] for one in acts] == ["pacs", "far"]
    told = {key: acts[0].details[key] for key in ("new", "replaced", "verified", "cause", "kinds")}
    assert told == {"new": 2, "replaced": 0, "verified": True, "cause": "signed", "kinds": "seg,sr"}


@pytest.mark.usefixtures("ruled")
def test_a_process_that_dies_between_two_peers_goes_on_without_sending_twice(
    clinician: Client,
    archive: Archive,
    study: int,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed(clinician, study)
    put = signed_results.put_results

    def dies(archive: Archive, study: int, peer: str, *rest: Any, **more: Any) -> Any:
        if peer == "far":
            raise Unavailable("It died.", found="no power")
        return put(archive, study, peer, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(signed_results, "put_results", dies)
        with pytest.raises(Unavailable):
            put_signed(archive, home)
    assert [row.peer for row in waiting(archive)] == ["pacs", "pacs"]
    assert due(archive)[0].state == "due"

    assert put_signed(archive, home) == 1
    assert [row.peer for row in waiting(archive)] == ["pacs", "pacs", "far"]


def test_where_there_are_no_rules_nothing_is_asked_and_later_rules_are_for_later_reports(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    (home / "pacs.yaml").write_text(PEERS)
    signed(clinician, study)
    (home / "routing.yaml").write_text(RULES)
    assert due(archive) == [] and put_signed(archive, home) == 0
    assert waiting(archive) == []


@pytest.mark.usefixtures("ruled")
def test_a_signature_stands_and_its_results_wait_while_the_rules_cannot_be_used(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    (home / "routing.yaml").write_text("rules: [{name: a, then: {results: {nobody: [sr]}}}]")
    signed(clinician, study)
    with pytest.raises(BadConfiguration, match=r"rules\.0\.then\.results: no peer 'nobody'"):
        look_at_peers(archive, home)
    assert due(archive)[0].state == "due" and waiting(archive) == []
    (home / "routing.yaml").write_text("rules: [{name: a, then: {results: {far: [sr]}}}]")
    assert put_signed(archive, home) == 1


@pytest.mark.usefixtures("ruled")
def test_what_says_something_else_after_an_addendum_takes_the_place_of_what_the_peer_has(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    report = signed(clinician, study)
    put_signed(archive, home)
    taken(archive)
    seg, sr = objects(archive)

    assert add(clinician, report, "The left side was meant.").status_code == 201
    assert put_signed(archive, home) == 4  # a report and a note for each peer; masks are the same

    new, note = objects(archive)[2:]
    assert new.Modality == "SR"
    added = archive.objects.read(waiting(archive)[3].object)
    assert b"The left side was meant." in added
    (of_study,) = new.PredecessorDocumentsSequence
    named = of_study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert named == sr.SOPInstanceUID
    assert note.ConceptNameCodeSequence[0].CodeValue == "113001"
    assert rejected(note) == {sr.SOPInstanceUID}
    assert seg.SOPInstanceUID not in rejected(note)
    taken(archive)
    add(clinician, report, "And the right side as well.")
    put_signed(archive, home)
    assert rejected(objects(archive)[-1]) == {new.SOPInstanceUID}


@pytest.mark.usefixtures("ruled")
def test_the_pages_with_an_addendum_take_the_place_of_those_that_went(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    (home / "routing.yaml").write_text("rules: [{name: a, then: {results: {far: [pdf]}}}]")
    report = signed(clinician, study)
    assert put_signed(archive, home) == 1
    taken(archive)
    add(clinician, report, "The left side was meant.")
    assert put_signed(archive, home) == 2
    first, pages, note = objects(archive, "far")
    assert pages.EncapsulatedDocument != first.EncapsulatedDocument
    assert pages.SeriesInstanceUID == first.SeriesInstanceUID
    assert rejected(note) == {first.SOPInstanceUID}


@pytest.mark.usefixtures("ruled")
def test_what_waits_still_is_withdrawn_so_that_the_last_one_alone_goes(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    report = signed(clinician, study)
    put_signed(archive, home)
    add(clinician, report, "The left side was meant.")
    assert put_signed(archive, home) == 2
    states = [(row.peer, row.state) for row in waiting(archive)]
    assert states == [
        ("pacs", "waiting"),
        ("pacs", "withdrawn"),
        ("far", "withdrawn"),
        ("pacs", "waiting"),
        ("far", "waiting"),
    ]
    assert "PredecessorDocumentsSequence" not in objects(archive)[-1]


@pytest.mark.usefixtures("ruled")
def test_what_the_peer_refused_is_not_taken_back_there(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    report = signed(clinician, study)
    put_signed(archive, home)
    with archive.database.write() as session:
        session.execute(update(Outgoing).values(state="refused", tries=1))
    add(clinician, report, "The left side was meant.")
    assert put_signed(archive, home) == 2
    assert [one.Modality for one in objects(archive)][2:] == ["SR"]


class TestDraftsBefore:
    """Drafts may go out by hand, and the signed results take them back."""

    @pytest.fixture
    def settings(self, home: Path) -> Settings:
        return Settings(home=home, worker=False, export_unverified=True)

    @pytest.mark.usefixtures("ruled")
    def test_signed_results_take_back_every_draft_of_whatever_kind(
        self, clinician: Client, archive: Archive, study: int, home: Path
    ) -> None:
        assert send(clinician, study, "far", "sr,pdf").json()["new"] == 2
        taken(archive)
        drafts = {one.SOPInstanceUID for one in objects(archive, "far")}
        signed(clinician, study)
        put_signed(archive, home)
        new, note = objects(archive, "far")[2:]
        assert new.VerificationFlag == "VERIFIED"
        assert rejected(note) == drafts


@pytest.mark.usefixtures("ruled")
def test_a_correction_that_is_taken_back_comes_again_under_another_uid(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    say(archive, study, "accept", findings(archive)["disc-bulging"])
    signed(clinician, study)
    put_signed(archive, home)
    for kind in ("reject", "accept"):
        taken(archive)
        say(archive, study, kind, findings(archive)["disc-bulging"])
        assert send(clinician, study, kinds="sr").json()["new"] == 2
    reports = [one for one in objects(archive) if one.Modality == "SR"]
    notes = [one for one in objects(archive) if one.Modality == "KO"]
    assert len({one.SOPInstanceUID for one in reports}) == 3
    assert [rejected(one) for one in notes] == [{one.SOPInstanceUID} for one in reports[:2]]


@pytest.mark.usefixtures("ruled")
def test_a_study_that_no_bundle_has_read_is_told_and_tried_no_more(
    clinician: Client, archive: Archive, study: int, home: Path
) -> None:
    from tests.service.studies_of import put_study

    bare = put_study(archive)
    sign(clinician, begin(clinician, bare))
    assert put_signed(archive, home) == 0
    (one,) = due(archive)
    assert (one.state, one.said) == ("refused", "a study that no bundle has read")
    assert put_signed(archive, home) == 0


@pytest.mark.usefixtures("ruled")
def test_what_breaks_unforeseen_is_tried_again_later_and_told_without_its_words(
    clinician: Client,
    archive: Archive,
    study: int,
    home: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed(clinician, study)

    def breaks(*some: Any, **more: Any) -> Any:
        raise ValueError("DOE^JANE cannot be written")

    monkeypatch.setattr(signed_results, "put_results", breaks)
    states = []
    for _ in range(MOST_TRIES + 1):
        put_signed(archive, home)
        put_signed(archive, home)  # at once: it is not due yet
        states.append((due(archive)[0].state, due(archive)[0].tries))
        clock.now += dt.timedelta(minutes=10)
    assert states == [("due", 1), ("due", 2), ("refused", 3), ("refused", 3)]
    assert "ValueError at" in due(archive)[0].said and "DOE" not in due(archive)[0].said


@pytest.mark.needs("orthanc")
@pytest.mark.usefixtures("ruled")
def test_a_pacs_gets_the_signed_results_once_and_then_what_takes_their_place(
    clinician: Client, archive: Archive, study: int, home: Path, orthanc: RunningOrthanc
) -> None:
    listed = f"peers: {{pacs: {{title: {orthanc.title}, host: 127.0.0.1, port: {orthanc.port}}}}}"
    (home / "pacs.yaml").write_text(listed)
    (home / "routing.yaml").write_text("rules: [{name: a, then: {results: {pacs: [seg, sr]}}}]")
    report = begin(clinician, study)
    look_at_peers(archive, home)
    assert orthanc.instances() == []
    report = sign(clinician, report).json()
    for _ in range(2):
        look_at_peers(archive, home)
        assert len(orthanc.instances()) == 2
    add(clinician, report, "The left side was meant.")
    look_at_peers(archive, home)
    held = [pydicom.dcmread(io.BytesIO(orthanc.file(name))) for name in orthanc.instances()]
    assert sorted(one.Modality for one in held) == ["KO", "SEG", "SR", "SR"]
    (note,) = [one for one in held if one.Modality == "KO"]
    (gone,) = rejected(note)
    (stays,) = [one for one in held if one.Modality == "SR" and gone != one.SOPInstanceUID]
    assert "PredecessorDocumentsSequence" in stays
