"""The way of a list from its making to its export, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from condyle.archive.annotation_tables import Adjudication, AnnotationWork
from condyle.archive.archive import Archive
from condyle.archive.database import Database

from .annotated import (
    API,
    add_annotators,
    answer,
    area,
    box,
    bring_studies,
    make_list,
    people_of,
    save,
)
from .conftest import START, LogIn, staffed


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    with staffed(archive_url) as database:
        yield database


def test_a_list_from_its_making_to_its_export(
    archive: Archive, database: Database, log_in: LogIn, browser: Any
) -> None:
    bring_studies(archive, "s", "t")
    add_annotators(archive, "bea")
    researcher, clinician, ann, bea = (
        log_in("researcher"),
        log_in("clinician"),
        log_in("annotator"),
        browser(),
    )
    bea.log_in("bea")
    people = people_of(researcher)
    made = make_list(researcher, [people["annotator"], people["bea"]])
    case = made["cases"][0]["id"]
    found = ann.get("/dicomweb/studies").json()
    assert len(found) == 2 and clinician.get("/dicomweb/studies").status_code == 200
    save(
        ann,
        case,
        answer("poor"),
        state="open",
        reason="a\ud800b\0".encode("utf-8", "replace").decode(),
    )
    save(ann, case, box((2, 3, 8, 9)), area(4, 4, 9, 10), answer("good"), edition=1)
    save(bea, case, box((2, 3, 8, 9)), area(4, 4, 9, 12), answer("good"))
    told = researcher.get(f"{API}/lists/{made['of_list']['id']}").json()
    assert [one["done"] for one in told["of_list"]["annotators"]] == [1, 1]
    path = f"{API}/cases/{case}/adjudication"
    works = clinician.get(path).json()["works"]
    decision = {"edition": 0, "taken_from": works[0]["reader"], "marks": works[0]["marks"]}
    assert clinician.post(path, json=decision).status_code == 201
    assert clinician.post(path, json=decision | {"edition": 1}).status_code == 201
    figures = researcher.get(f"{API}/lists/{made['of_list']['id']}/agreement").json()["figures"]
    assert {one["measure"]: one["value"] for one in figures}["iou"] == 1.0
    export = f"{API}/lists/{made['of_list']['id']}/export?layout=nifti"
    with zipfile.ZipFile(io.BytesIO(researcher.get(export).content)) as opened:
        assert sum(name.endswith(".nii.gz") for name in opened.namelist()) == 2
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AnnotationWork)) == 3
        assert session.scalar(select(func.count()).select_from(Adjudication)) == 2


def test_one_edition_is_kept_once_even_by_two_at_a_time(
    archive: Archive, database: Database, log_in: LogIn
) -> None:
    bring_studies(archive, "s")
    researcher = log_in("researcher")
    ann = people_of(researcher)["annotator"]
    case = make_list(researcher, [ann], studies=["1"])["cases"][0]["id"]

    def row() -> AnnotationWork:
        return AnnotationWork(
            case_id=case, user_id=ann, edition=1, state="open", reason="", marks=[], at=START
        )

    with database.write() as session:
        session.add(row())
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(row())
