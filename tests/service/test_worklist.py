"""The worklist by the interface: filters, order, pages, and search by those who see no names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from tests.service.conftest import Client
from tests.service.studies_of import put_study

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry


def ids(client: Client, query: str = "") -> list[int]:
    answer = client.get("/api/v1/worklist" + query)
    assert answer.status_code == 200, answer.text
    return [study["id"] for study in answer.json()["studies"]]


@pytest.fixture
def three(archive: Archive, clock: Any) -> list[int]:
    made = []
    for number, name in enumerate(("Moreau^Ana", "Müller^Jürgen", "Ito^Ken"), start=1):
        made.append(
            put_study(
                archive,
                number,
                name=name,
                identifier=f"P-{number}",
                anatomy="knee" if number == 3 else "lumbar-spine",
                priority_rank=0 if number == 2 else 2,
            )
        )
        clock.forward(minutes=1)
    return made


def test_the_latest_study_stands_first(clinician: Client, three: list[int]) -> None:
    assert ids(clinician) == three[::-1]


def test_studies_are_filtered_searched_and_sorted(clinician: Client, three: list[int]) -> None:
    first, second, third = three
    assert ids(clinician, "?anatomy=knee") == [third]
    assert ids(clinician, "?search=muller") == [second]
    assert ids(clinician, "?search=P-2 jur") == [second]
    assert ids(clinician, "?search=nobody") == []
    assert ids(clinician, "?sort=patient") == [third, first, second]
    assert ids(clinician, "?sort=priority")[0] == second
    assert ids(clinician, "?state=signed") == []


def test_pages_follow_each_other_without_a_gap(clinician: Client, three: list[int]) -> None:
    page = clinician.get("/api/v1/worklist?limit=2").json()
    assert page["total"] == 3
    rest = clinician.get("/api/v1/worklist", params={"limit": 2, "after": page["next"]}).json()
    assert [s["id"] for s in page["studies"] + rest["studies"]] == three[::-1]
    assert rest["next"] is None


def test_a_researcher_searches_by_pseudonym_and_never_by_name(
    researcher: Client, three: list[int]
) -> None:
    every = researcher.get("/api/v1/worklist").json()["studies"]
    assert len(every) == 3
    pseudonym = every[0]["patient"]["name"]
    assert ids(researcher, f"?search={pseudonym}") == [every[0]["id"]]
    assert ids(researcher, "?search=moreau") == []
    assert ids(researcher, "?sort=patient") == ids(researcher)


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=9999", "?state=lost", "?sort=urgency-of-finding", "?after=%00"]
)
def test_a_question_that_makes_no_sense_is_refused(clinician: Client, query: str) -> None:
    assert clinician.get("/api/v1/worklist" + query).status_code == 422


@pytest.mark.parametrize(
    "search",
    [
        "'; DROP TABLE studies; --",
        "moreau' OR '1'='1",
        "nobody') UNION SELECT password_hash FROM users --",
        '"%_\\*?[a-z]',
        "{{7*7}} ${7*7} \u202e",
    ],
)
def test_a_search_is_words_and_no_statement(
    clinician: Client, researcher: Client, three: list[int], search: str
) -> None:
    for client in (clinician, researcher):
        answer = client.get("/api/v1/worklist", params={"search": search, "source": search})
        assert answer.status_code == 200, answer.text
        assert "argon2" not in answer.text
        assert ids(client) == three[::-1]
    assert ids(clinician, "?search=nobody' OR 'moreau") == []


def test_no_order_or_filter_rests_on_what_a_model_found(clinician: Client) -> None:
    call = clinician.get("/api/v1/openapi.json").json()["paths"]["/api/v1/worklist"]["get"]
    names = {parameter["name"] for parameter in call["parameters"]}
    assert not names & {"findings", "finding_count", "probability", "positive"}
    (sort,) = [p for p in call["parameters"] if p["name"] == "sort"]
    assert sort["schema"]["enum"] == ["received", "date", "priority", "patient"]


def test_that_a_patient_was_seen_is_kept_once_a_log_in(
    archive: Archive, clinician: Client, three: list[int]
) -> None:
    for _ in range(2):
        assert clinician.get("/api/v1/patients/1").status_code == 200
    with archive.database.read() as session:
        seen = select(AuditEntry).where(AuditEntry.action == "patient.viewed")
        (entry,) = session.scalars(seen)
    assert (entry.patient_id, entry.subject_id) == (1, "1")
