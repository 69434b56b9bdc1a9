"""Cases that are added to a list of annotation after it was made."""

from __future__ import annotations

from typing import Any

import pytest

from condyle.archive import audit
from condyle.archive.archive import Archive

from .annotated import API, add_annotators, answer, bring_studies, make_list, people_of, save
from .conftest import Client, LogIn


@pytest.fixture
def made(archive: Archive, researcher: Client) -> dict[str, Any]:
    """A list of studies 1 and 2, of the three that there are."""
    bring_studies(archive, "s", "t", "u")
    add_annotators(archive, "bea")
    return make_list(researcher, [people_of(researcher)["annotator"], people_of(researcher)["bea"]])


def add(client: Client, made: dict[str, Any], *studies: str, **more: Any) -> Any:
    body = {"studies": list(studies)} | more
    return client.post(f"{API}/lists/{made['of_list']['id']}/cases", json=body)


def test_cases_are_added_behind_and_those_that_are_there_left_out(
    researcher: Client, archive: Archive, made: dict[str, Any]
) -> None:
    before = made["cases"]
    told = add(researcher, made, "1", "3")
    assert told.status_code == 200, told.text
    cases = told.json()["cases"]
    assert cases[: len(before)] == before
    assert [one["study"] for one in cases] == [1, 2, 3]
    with archive.database.read() as session:
        (last, *_) = audit.newest(session, audit.Query(action="annotation.list_changed"))
        assert last.details["added"] == 1


def test_what_somebody_drew_stays_and_they_get_the_new_case_too(
    researcher: Client, log_in: LogIn, made: dict[str, Any]
) -> None:
    ann = log_in("annotator")
    case = made["cases"][0]["id"]
    save(ann, case, answer("good"))
    added = add(researcher, made, "3").json()
    fresh = added["cases"][2]["id"]
    given = ann.get(f"{API}/cases/{fresh}/work").json()
    assert (given["of_list"]["cases"], given["of_list"]["done"]) == (3, 1)
    assert ann.get(f"{API}/cases/{case}/work").json()["work"]["state"] == "done"


@pytest.mark.parametrize(
    ("studies", "more"),
    [
        (["1", "2"], {}),
        (["1"], {"scope": "study"}),
        (["99"], {}),
        (["3"], {"described": "nothing"}),
    ],
)
def test_what_adds_nothing_is_refused(
    researcher: Client, made: dict[str, Any], studies: list[str], more: dict[str, Any]
) -> None:
    refused = add(researcher, made, *studies, **more)
    assert refused.status_code == 422
    assert refused.json()["failed"] == "No case was added."


def test_a_list_that_was_decided_upon_or_closed_says_why_it_takes_none(
    researcher: Client, clinician: Client, log_in: LogIn, made: dict[str, Any]
) -> None:
    path = f"{API}/lists/{made['of_list']['id']}"
    researcher.patch(path, json={"closed": True})
    closed = add(researcher, made, "3")
    assert (closed.status_code, closed.json()["found"]) == (409, "a list that was closed")
    researcher.patch(path, json={"closed": False})
    case = made["cases"][0]["id"]
    save(log_in("annotator"), case, answer("good"))
    body = {"edition": 0, "taken_from": None, "state": "done", "marks": [answer("good")]}
    decided = clinician.post(f"{API}/cases/{case}/adjudication", json=body)
    assert decided.status_code in (200, 201), decided.text
    refused = add(researcher, made, "3")
    assert refused.status_code == 409
    assert "decided" in refused.json()["found"] and "further list" in refused.json()["mend"]


def test_only_who_leads_lists_adds_to_them(log_in: LogIn, made: dict[str, Any]) -> None:
    for role in ("viewer", "clinician", "annotator"):
        assert add(log_in(role), made, "3").status_code == 403
