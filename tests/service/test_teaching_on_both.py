"""The way of a teaching case from its collection to the scores, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from condyle.archive import accounts, audit
from condyle.archive.archive import Archive
from condyle.archive.database import Database, open_database

from .conftest import CHEAP, PASSWORD, START, Client, Clock, LogIn
from .teaching_of import PATH, answer, answers, begin, cases, correct, make, put_case


@pytest.fixture
def database(archive_url: str) -> Iterator[Database]:
    database = open_database(archive_url)
    stored = CHEAP.hash(PASSWORD)
    with database.write() as session:
        for role in ("clinician", "viewer"):
            accounts.add_user(session, accounts.NewAccount(role, role, role, stored), START)
    yield database
    database.close()


def test_eleven_cases_give_a_score_and_its_models_and_a_table(
    clinician: Client, log_in: LogIn, archive: Archive, clock: Clock
) -> None:
    studies = [put_case(archive, number) for number in range(1, 12)]
    for study in studies:
        correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3 + study % 2)
        correct(clinician, study, "disc-herniation", kind="accept")
    number = make(clinician, *studies)
    learner = log_in("viewer")
    for turn, case in enumerate(cases(learner, number)):
        attempt = begin(learner, case["id"])["id"]
        clock.forward(seconds=30 - turn)
        grade = {"pfirrmann-grade@L4-L5": 3 if turn % 3 else 5}
        assert answer(learner, attempt, answers() | grade).status_code == 200
    score = learner.get(f"{PATH}/collections/{number}/score").json()
    grades, calls = score["questions"]
    own, model = grades["readers"]
    assert (own["bundle"], model["bundle"]) == (None, "lumbar-grading")
    assert [one["name"] for one in own["figures"]] == ["exact", "within-one", "kappa"]
    for figure in (*own["figures"], *model["figures"]):
        assert (figure["rows"], figure["patients"], figure["too_few"]) == (11, 11, False)
        assert figure["low"] <= figure["value"] <= figure["high"]
    accuracy, sensitivity, specificity = calls["readers"][0]["figures"]
    assert (accuracy["value"], sensitivity["value"]) == (1, 1)
    assert (specificity["too_few"], specificity["patients"]) == (True, 0)
    first, second = score["curve"]
    assert (first["first"], first["last"], first["right"]["patients"]) == (1, 10, 10)
    assert second["right"]["too_few"]
    assert [one["looked_s"] for one in score["cases"]] == [30 - turn for turn in range(11)]
    assert score["overall"]["rows"] == 22
    table = clinician.get(f"{PATH}/collections/{number}/learners").json()
    (row,) = table["learners"]
    assert (row["counted"], row["right"]) == (11, score["overall"])
    hardest = table["cases"][0]
    assert (hardest["right"], hardest["scored"]) == (1, 2)
    with archive.database.read() as session:
        assert audit.verify(session) is None
