"""The way of an observation into the table, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from condyle.archive import accounts
from condyle.archive.archive import Archive
from condyle.archive.database import Database, open_database
from condyle.archive.studies import get_study

from .conftest import CHEAP, PASSWORD, START, Client
from .studies_of import put_run, put_study


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    database = open_database(archive_url)
    with database.write() as session:
        new = accounts.NewAccount("clinician", "C", "clinician", CHEAP.hash(PASSWORD))
        accounts.add_user(session, new, START)
    yield database
    database.close()


def test_what_stands_comes_into_the_table(clinician: Client, archive: Archive) -> None:
    study = put_study(archive)
    put_run(archive, study)
    with archive.database.read() as session:
        patient = get_study(session, study).patient_id
    place = f"/api/v1/patients/{patient}/observations"
    body = {"form": "back", "observed_on": "2030-01-06", "values": {"leg-pain": 7}, "text": "ñ"}
    first = clinician.post(place, json=body).json()["id"]
    anew = body | {"values": {"leg-pain": 3, "side": "left"}, "supersedes": first}
    second = clinician.post(place, json=anew).json()["id"]
    knee = {"form": "knee", "observed_on": "2030-01-06", "values": {"effusion.left": "trace"}}
    gone = clinician.post(place, json=knee).json()["id"]
    assert clinician.delete(f"/api/v1/observations/{gone}").status_code == 200
    answer = clinician.get("/api/v1/observations/export")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["finding"] for row in rows] == [
        "pfirrmann-grade",
        "disc-herniation",
        "disc-bulging",
    ]
    assert {row["observations"] for row in rows} == {str(second)}
    assert {(row["back.leg-pain [{score}]"], row["back.side"]) for row in rows} == {("3", "left")}
    assert {(row["knee.effusion.left"], row["text"]) for row in rows} == {("", "ñ")}
    assert [row["model_abstained"] for row in rows] == ["false", "false", "true"]
    assert len(clinician.get(place).json()) == 4
