"""Teaching collections in a test's archive, with readers who set what cases are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from condyle.archive.archive import Archive

from .conftest import Client
from .studies_of import put_run, put_study

PATH = "/api/v1/teaching"
LEVELS = ["L4-L5", "L5-S1"]
QUESTIONS = [
    {"name": "pfirrmann-grade", "levels": LEVELS},
    {"name": "disc-herniation", "levels": ["L4-L5"]},
]
ITEMS = ["pfirrmann-grade@L4-L5", "disc-herniation@L4-L5", "pfirrmann-grade@L5-S1"]


def put_case(archive: Archive, number: int = 1, **changed: Any) -> int:
    """Stores a study with a run: Pfirrmann 4 and a herniation of L4-L5."""
    study = put_study(archive, number, identifier=f"MRN{number}", **changed)
    put_run(archive, study, number=number)
    return study


def correct(client: Client, study: int, name: str, **said: Any) -> None:
    """Has a reader speak of the run's finding of that name."""
    found = client.get(f"/api/v1/studies/{study}").json()["findings"]
    (number,) = [one["id"] for one in found if one["name"] == name]
    answer = client.post(f"/api/v1/studies/{study}/corrections", json={"finding": number, **said})
    assert answer.status_code == 201, answer.text


def make(client: Client, *studies: int, publish: bool = True, **changed: Any) -> int:
    """Makes a collection of studies and gives its number."""
    body = {"title": "Discs", "anatomy": "lumbar-spine", "questions": QUESTIONS} | changed
    answer = client.post(f"{PATH}/collections", json=body)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["collection"]["id"]
    if studies:
        added = client.post(f"{PATH}/collections/{number}/cases", json={"studies": list(studies)})
        assert added.status_code == 200, added.text
    if publish:
        client.patch(f"{PATH}/collections/{number}", json={"published": True})
    return number


def cases(client: Client, collection: int) -> list[dict[str, Any]]:
    """Gives the cases as a learner sees them."""
    found: list[dict[str, Any]] = client.get(f"{PATH}/collections/{collection}").json()["cases"]
    return found


def begin(client: Client, case: int) -> dict[str, Any]:
    """Begins a case."""
    answer = client.post(f"{PATH}/cases/{case}/attempt")
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def answers(**changed: Any) -> dict[str, Any]:
    """Gives answers: grade 4 with a herniation above, grade 2 below."""
    given: Mapping[str, Any] = dict(zip(ITEMS, (4, True, 2), strict=True))
    return {**given, **{key.replace("_", "-"): value for key, value in changed.items()}}


def answer(client: Client, attempt: int, given: Mapping[str, Any] | None = None) -> Any:
    """Answers a case."""
    body = {"answers": answers() if given is None else given}
    return client.post(f"{PATH}/attempts/{attempt}/answers", json=body)
