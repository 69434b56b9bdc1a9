"""Teaching's calls at their limits: who may, how long, in which words, and what the log keeps."""

from __future__ import annotations

from typing import Any

import pytest

from condyle.archive import audit
from condyle.archive.archive import Archive

from .conftest import Client, Clock, LogIn
from .teaching_of import ITEMS, PATH, QUESTIONS, answer, answers, begin, cases, correct, make
from .teaching_of import put_case as put

HOSTILE = "<script>alert(1)</script>'; DROP TABLE users; -- {{7*7}} \u202e\U0001f9b4"
NEW = {"title": "Discs", "anatomy": "lumbar-spine", "questions": QUESTIONS}
CALLS: list[tuple[str, str, Any, bool]] = [
    ("GET", "/questions", None, False),
    ("GET", "/collections", None, False),
    ("POST", "/collections", NEW, True),
    ("GET", "/collections/{c}", None, False),
    ("PATCH", "/collections/{c}", {"title": "Mine"}, True),
    ("GET", "/collections/{c}/cases", None, True),
    ("POST", "/collections/{c}/cases", {"studies": [1]}, True),
    ("GET", "/collections/{c}/score", None, False),
    ("GET", "/collections/{c}/learners", None, True),
    ("DELETE", "/cases/{k}", None, True),
    ("PUT", "/cases/{k}/reference", {"kind": "findings"}, True),
    ("POST", "/cases/{k}/attempt", None, False),
]


@pytest.fixture
def collection(clinician: Client, archive: Archive) -> int:
    """A published collection of one case, of which a reader said grade 3."""
    study = put(archive)
    correct(clinician, study, "pfirrmann-grade", kind="grade", grade=3)
    return make(clinician, study)


def log(archive: Archive) -> list[Any]:
    with archive.database.read() as session:
        entries = audit.newest(session, audit.Query(action="teaching."))[::-1]
        return [(one.action, one.subject, one.subject_id, dict(one.details)) for one in entries]


@pytest.mark.parametrize("role", ["viewer", "annotator", "researcher", "administrator", None])
def test_who_does_not_teach_changes_nothing_and_who_does_not_learn_sees_nothing(
    role: Any, clinician: Client, collection: int, log_in: LogIn, browser: Any, archive: Archive
) -> None:
    case = cases(clinician, collection)[0]["id"]
    before = clinician.get(f"{PATH}/collections/{collection}").json()
    kept = log(archive)
    client = log_in(role) if role else browser()
    refused = 403 if role else 401
    for method, path, body, teaching in CALLS:
        told = client.request(method, PATH + path.format(c=collection, k=case), json=body)
        learns = role in ("viewer", "administrator") and not teaching
        assert told.status_code == (200 if learns else refused), (method, path)
        if not learns:
            assert told.json()["failed"] and told.json()["mend"]
    if role not in ("viewer", "administrator"):
        assert log(archive) == kept
    else:
        assert [one[0] for one in log(archive)[len(kept) :]] == ["teaching.begun"]
    after = clinician.get(f"{PATH}/collections/{collection}").json()
    assert after | {"begun_by_somebody": False} == before


def test_a_learners_score_and_cases_show_nothing_of_another_learners(
    collection: int, log_in: LogIn
) -> None:
    one, other = log_in("viewer"), log_in("administrator")
    answer(one, begin(one, cases(one, collection)[0]["id"])["id"])
    (case,) = cases(other, collection)
    assert (case["state"], case["attempt"], case["right"]) == ("unread", None, None)
    assert other.get(f"{PATH}/collections/{collection}/score").json()["cases"] == []
    assert other.get(f"{PATH}/collections").json()[0]["answered"] == 0
    assert begin(other, case["id"])["id"] != cases(one, collection)[0]["attempt"]


def test_hostile_words_are_kept_as_they_are_and_done_by_nobody(
    clinician: Client, log_in: LogIn, archive: Archive
) -> None:
    number = make(clinician, put(archive), title=f" {HOSTILE} ", description=HOSTILE)
    learner = log_in("viewer")
    (entry,) = learner.get(f"{PATH}/collections").json()
    assert (entry["title"], entry["description"]) == (HOSTILE, HOSTILE)
    told = learner.post(f"{PATH}/cases/{cases(learner, number)[0]['id']}/attempt")
    assert told.json()["title"] == HOSTILE
    assert told.headers["content-type"] == "application/json"
    assert HOSTILE not in str(log(archive))


LENGTHS: list[Any] = [
    ({"title": "x" * 200}, 201),
    ({"title": "x" * 201}, 422),
    ({"title": ""}, 422),
    ({"title": "   "}, 422),
    ({"description": "x" * 5000}, 201),
    ({"description": "x" * 5001}, 422),
    ({"anatomy": "x" * 65}, 422),
    ({"anatomy": "shoulder"}, 422),
    ({"questions": []}, 422),
    ({"questions": QUESTIONS * 11}, 422),
    ({"questions": [{"name": "disc-herniation", "levels": ["L4-L5"] * 21}]}, 422),
    ({"published": True}, 422),
]


def test_a_collection_is_as_long_as_its_limits_and_no_longer(clinician: Client) -> None:
    made = 0
    for changed, status in LENGTHS:
        told = clinician.post(f"{PATH}/collections", json=NEW | changed)
        assert told.status_code == status, changed
        made += status == 201
        assert len(clinician.get(f"{PATH}/collections").json()) == made
        if status == 422:
            assert all(told.json()[part] for part in ("failed", "found", "needed", "mend"))


NO_STUDIES: list[Any] = [[], [0], [2**31], ["1 OR 1=1"], [1] * 201, [1, 999]]


def test_studies_that_cannot_be_cases_leave_none_behind(
    clinician: Client, archive: Archive
) -> None:
    put(archive)
    number = make(clinician, publish=False)
    kept = log(archive)
    for studies in NO_STUDIES:
        told = clinician.post(f"{PATH}/collections/{number}/cases", json={"studies": studies})
        assert told.status_code == (404 if 999 in studies else 422)
        assert cases(clinician, number) == []
        assert log(archive) == kept


def test_a_number_that_no_row_can_have_is_refused(clinician: Client) -> None:
    for number in ("0", "-1", str(2**31), "1e3", "x"):
        for path in ("collections/{}", "collections/{}/score", "attempts/{}/result"):
            told = clinician.get(f"{PATH}/{path.format(number)}")
            assert told.status_code == 422 and told.json()["failed"], (number, path)


NO_DRAFTS: list[Any] = [
    {"k" * 65: 1},
    {f"k{n}": 1 for n in range(201)},
    {ITEMS[0]: 11},
    {ITEMS[0]: 4.0},
]


def test_a_draft_over_the_limits_is_refused_and_counts_no_time(
    collection: int, log_in: LogIn, clock: Clock
) -> None:
    learner = log_in("viewer")
    path = f"{PATH}/attempts/{begin(learner, cases(learner, collection)[0]['id'])['id']}"
    clock.forward(seconds=9)
    for given in NO_DRAFTS:
        told = learner.post(f"{path}/look", json={"shown": True, "draft": given})
        assert told.status_code == 422
        kept = learner.get(path).json()
        assert (kept["draft"], kept["looked_s"]) == ({}, 0)


def test_the_result_before_the_answers_is_refused_in_four_parts_and_no_view_is_noted(
    collection: int, log_in: LogIn, archive: Archive
) -> None:
    learner = log_in("viewer")
    attempt = begin(learner, cases(learner, collection)[0]["id"])["id"]
    told = learner.get(f"{PATH}/attempts/{attempt}/result")
    assert (told.status_code, told.json()) == (
        409,
        {
            "failed": "The result was not given.",
            "found": "a case that you have not answered",
            "needed": "your own answers first",
            "mend": "answer the case; then its result is shown.",
        },
    )
    with archive.database.read() as session:
        viewed = audit.newest(session, audit.Query(action="study.viewed"))
    assert {one.user_name for one in viewed} == {"clinician"}


def test_the_log_names_case_study_and_attempt_and_no_answer(
    clinician: Client, collection: int, log_in: LogIn, archive: Archive
) -> None:
    learner = log_in("viewer")
    case = cases(learner, collection)[0]["id"]
    attempt = begin(learner, case)["id"]
    answer(learner, attempt)
    assert answer(learner, attempt, answers()).status_code == 409
    taken = clinician.put(f"{PATH}/cases/{case}/reference", json={"kind": "findings"})
    assert taken.status_code == 200
    clinician.delete(f"{PATH}/cases/{case}")
    told = [one for one in log(archive) if one[1] == "teaching-case"]
    of_case = {"study": 1, "collection": collection}
    assert [(action, subject) for action, _, subject, _ in told] == [
        ("teaching.case.added", str(case)),
        ("teaching.begun", str(case)),
        ("teaching.answered", str(case)),
        ("teaching.reference.taken", str(case)),
        ("teaching.case.withdrawn", str(case)),
    ]
    assert [one[3] for one in told[:3]] == [of_case] + [of_case | {"attempt": attempt}] * 2
    assert told[3][3] == of_case | {"reference": 2, "kind": "findings", "source": None}
    assert told[4][3] == of_case


WORDS: list[Any] = [("en", "yes"), ("es", "sí"), ("de, es;q=0.5", "sí")]


def test_a_case_is_asked_in_the_words_of_who_reads_it(collection: int, log_in: LogIn) -> None:
    learner = log_in("viewer")
    case = cases(learner, collection)[0]["id"]
    for language, yes in WORDS:
        headers = {"Accept-Language": language}
        told = learner.post(f"{PATH}/cases/{case}/attempt", headers=headers).json()
        by_name = {one["name"]: one for one in told["questions"]}
        assert by_name["disc-herniation"]["choices"][1]["label"].casefold() == yes
        assert [one["key"] for one in told["items"]] == ITEMS


def test_a_reference_that_answers_nothing_of_what_is_asked_anew_makes_no_case_scorable(
    clinician: Client, collection: int
) -> None:
    assert cases(clinician, collection)[0]["scorable"]
    change = {"questions": QUESTIONS[1:]}
    told = clinician.patch(f"{PATH}/collections/{collection}", json=change)
    assert told.status_code == 200
    assert not told.json()["cases"][0]["scorable"]
    (case,) = clinician.get(f"{PATH}/collections/{collection}/cases").json()
    assert (case["reference"] or {"items": 0})["items"] == 0
