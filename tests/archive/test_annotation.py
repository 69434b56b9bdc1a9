"""Lists, orders, editions, decisions and who sees what, as the archive keeps them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from condyle.archive import accounts, annotation
from condyle.archive.annotation import NewCase, NewList, order_for
from condyle.archive.annotation_access import (
    assigned_case,
    assigned_lists,
    check_shown,
    shown_series,
    shown_study,
)
from condyle.archive.annotation_marks import check_marks
from condyle.archive.annotation_tables import (
    AnnotationCase,
    AnnotationList,
    AnnotationPerson,
    AnnotationWork,
)
from condyle.archive.annotation_work import (
    Drawn,
    adjudicate,
    adjudicated,
    adjudications_of,
    latest_adjudication,
    latest_work,
    save_work,
    works_of,
)
from condyle.archive.archive import Archive
from condyle.archive.database import open_database
from condyle.archive.objects import ObjectStore
from condyle.archive.store import NewSeries, store
from condyle.archive.tables import SeriesRow, StudyRow
from condyle.errors import CondyleError, Conflict, InputError, NotThere
from condyle.workflows.clinic.annotation.agreed import agreed_area
from condyle.workflows.clinic.annotation.gather import readings_of

from .conftest import START, make_instance

LABELS = [
    {"key": "hernia", "name": "Hernia", "kind": "box", "colour": "#ff8800", "answers": []},
    {"key": "disc", "name": "Disc", "kind": "mask", "colour": "#00aaff", "answers": []},
    {"key": "good", "name": "Good", "kind": "case", "colour": "#44cc44", "answers": ["y", "n"]},
]
SIDES = (12, 16)


@pytest.fixture(scope="module")
def held(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Two studies, of which the first has a second series, and three people, made once."""
    folder = tmp_path_factory.mktemp("held")
    shutil.copy(sqlite_template, folder / "condyle.sqlite")
    database = open_database(f"sqlite:///{folder / 'condyle.sqlite'}")
    archive = Archive(database, ObjectStore(folder / "objects"), lambda: START)
    other = NewSeries(uid="1.2.2", number=2, modality="MR")
    size = {"rows": SIDES[0], "columns": SIDES[1], "frames": 2, "frames_at": [(0, 4), (4, 4)]}
    news = [make_instance(1, **size), make_instance(2, of="1.3", **size)]
    store(archive, [*news, make_instance(3, series=other, uid="1.2.2.3", **size)])
    with database.write() as session:
        for name in ("ann", "bea", "senior"):
            accounts.add_user(session, accounts.NewAccount(name, name, "annotator", "x"), START)
    yield archive
    database.close()


@pytest.fixture
def session(held: Archive) -> Iterator[Session]:
    """A transaction of which nothing is kept, so that each test begins with the same rows."""
    with held.database.write() as session:
        yield session
        session.rollback()


ANN, BEA, SENIOR = 1, 2, 3


def make(session: Session, *cases: NewCase, **changed: Any) -> AnnotationList:
    values: dict[str, Any] = {
        "name": "L",
        "labels": LABELS,
        "cases": cases or (NewCase(1), NewCase(2)),
        "annotators": (ANN, BEA),
        "seed": 7,
        "user_id": SENIOR,
        "at": START,
    }
    return annotation.make_list(session, NewList(**(values | changed)))


def drawn(user: int = ANN, *marks: dict[str, Any], **changed: Any) -> Drawn:
    values: dict[str, Any] = {"at": START, "edition": 0, "state": "done"}
    return Drawn(user_id=user, marks=marks, **(values | changed))


def mark(label: str = "hernia", **what: Any) -> dict[str, Any]:
    place = {"series_uid": "1.2.1", "instance_uid": "1.2.1.1", "frame": 0} | what.pop("at", {})
    shape = {"id": "m", "place": place, "box": None, "outlines": [], "answer": None}
    return shape | {"label": label} | what


def four_parts(error: CondyleError) -> tuple[str, str, str, str]:
    assert len(error.lines()) == 4, "a refusal says what failed, was found, is needed, and mends"
    return error.failed, error.found, error.needed, error.mend


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"cases": [NewCase(1), NewCase(1)]}, "a case twice"),
        ({"cases": []}, "no case"),
        ({"annotators": [ANN, 99]}, "somebody who has no account"),
    ],
)
def test_a_list_that_cannot_be_is_refused_in_four_parts(
    session: Session, changed: dict[str, Any], found: str
) -> None:
    with pytest.raises(InputError) as refused:
        make(session, NewCase(1), **changed)
    assert four_parts(refused.value)[1] == found


def test_a_study_and_its_series_are_different_cases(session: Session) -> None:
    row = make(session, NewCase(1), NewCase(1, "1.2.1"), NewCase(1, "1.2.2"))
    cases = annotation.cases_of(session, row.id)
    assert [(one.position, one.series_uid) for one in cases] == [
        (1, None), (2, "1.2.1"), (3, "1.2.2")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda session: annotation.get_list(session, 5), "annotation list"),
        (lambda session: annotation.get_case(session, 5), "case"),
        (lambda session: assigned_case(session, 5, ANN), "case"),
        (lambda session: check_shown(session, ANN, study_uid="9", series_uid=""), "study"),
        (lambda session: check_shown(session, ANN, study_uid="9", series_uid="9.1"), "series"),
    ],
)
def test_what_is_not_there_is_told_in_four_parts(
    session: Session, ask: Callable[[Session], Any], kind: str
) -> None:
    with pytest.raises(NotThere) as refused:
        ask(session)
    assert f"no {kind} " in four_parts(refused.value)[1]


def orders(count: int, *, seed: int, user_id: int) -> list[int]:
    cases = [
        AnnotationCase(id=number, list_id=1, position=number) for number in range(1, count + 1)
    ]
    return [case.id for case in order_for(cases, seed=seed, user_id=user_id)]


def test_an_order_is_the_annotators_own_and_the_same_each_time() -> None:
    mine = orders(30, seed=7, user_id=ANN)
    assert mine == orders(30, seed=7, user_id=ANN) and sorted(mine) == list(range(1, 31))
    others = [orders(30, seed=7, user_id=BEA), orders(30, seed=8, user_id=ANN), sorted(mine)]
    assert mine not in others
    assert [one for one in orders(40, seed=7, user_id=ANN) if one <= 30] == mine, "cases were added"


def test_each_place_of_an_order_is_as_likely_for_each_case() -> None:
    first = np.bincount([orders(5, seed=7, user_id=user)[0] for user in range(1, 501)])[1:]
    # With a chance of 1 in 5 of 500, fewer than 60 or more than 140 is 4.5 deviations away.
    assert len(first) == 5 and (first > 60).all() and (first < 140).all()


def test_each_save_is_a_further_edition_and_the_last_one_counts(session: Session) -> None:
    case = annotation.cases_of(session, make(session).id)[0]
    for edition, state in enumerate(("open", "done", "open")):
        save_work(session, case, drawn(ANN, edition=edition, state=state, spent_s=9 - edition))
    save_work(session, case, drawn(BEA, state="unjudged", reason="moved"))
    kept = session.scalars(select(AnnotationWork).where(AnnotationWork.user_id == ANN))
    assert [(row.edition, row.state) for row in kept] == [(1, "open"), (2, "done"), (3, "open")]
    last = {
        row.user_id: (row.edition, row.state, row.spent_s) for row in works_of(session, [case.id])
    }
    assert last == {ANN: (3, "open", 9), BEA: (1, "unjudged", 0)}
    assert [row.user_id for row in works_of(session, [case.id], user_id=BEA)] == [BEA]
    assert works_of(session, []) == []


@pytest.mark.parametrize("seen", [0, 2])
def test_a_save_on_another_edition_is_refused_and_names_both(session: Session, seen: int) -> None:
    case = annotation.cases_of(session, make(session).id)[0]
    save_work(session, case, drawn(ANN, mark()))
    with pytest.raises(Conflict) as refused:
        save_work(session, case, drawn(ANN, edition=seen))
    _, found, needed, mend = four_parts(refused.value)
    assert "edition 1" in found and f"edition {seen}" in needed and "load the case again" in mend
    kept = latest_work(session, case.id, ANN)
    assert kept is not None and kept.edition == 1 and len(kept.marks) == 1


def test_nothing_is_saved_on_a_closed_list(session: Session) -> None:
    row = make(session)
    case = annotation.cases_of(session, row.id)[0]
    annotation.close_list(session, row.id, closed=True, at=START)
    later = START + dt.timedelta(days=1)
    assert annotation.close_list(session, row.id, closed=True, at=later).closed_at == START
    with pytest.raises(Conflict) as refused:
        save_work(session, case, drawn())
    assert "closed" in four_parts(refused.value)[1] and latest_work(session, case.id, ANN) is None
    annotation.close_list(session, row.id, closed=False, at=later)
    assert save_work(session, case, drawn()).edition == 1


def test_a_decision_lies_beside_what_was_drawn_and_beside_earlier_ones(session: Session) -> None:
    row = make(session)
    first, second = annotation.cases_of(session, row.id)
    save_work(session, first, drawn(ANN, mark(id="hers")))
    for edition, name in enumerate(("one", "two")):
        decided = drawn(SENIOR, mark(id=name), edition=edition, taken_from=ANN, reason=name)
        adjudicate(session, first, decided)
    told = [
        (one.edition, one.note, one.marks[0]["id"]) for one in adjudications_of(session, first.id)
    ]
    assert told == [(2, "two", "two"), (1, "one", "one")]
    own = latest_work(session, first.id, ANN)
    assert own is not None and (own.edition, own.marks[0]["id"]) == (1, "hers")
    assert adjudicated(session, row.id) == {first.id}
    assert latest_adjudication(session, second.id) is None


def test_a_decision_needs_somebody_who_finished_and_the_last_edition(session: Session) -> None:
    case = annotation.cases_of(session, make(session).id)[0]
    save_work(session, case, drawn(state="open"))
    with pytest.raises(Conflict) as early:
        adjudicate(session, case, drawn(SENIOR))
    assert "no annotator has finished" in four_parts(early.value)[1]
    save_work(session, case, drawn(edition=1, state="unjudged"))
    adjudicate(session, case, drawn(SENIOR))
    with pytest.raises(Conflict) as late:
        adjudicate(session, case, drawn(SENIOR))
    assert "edition 1" in four_parts(late.value)[1]
    assert len(adjudications_of(session, case.id)) == 1


def test_only_what_is_done_is_a_reading_under_its_patients_pseudonym(session: Session) -> None:
    cases = annotation.cases_of(session, make(session).id)
    save_work(session, cases[0], drawn(ANN, mark()))
    save_work(session, cases[0], drawn(BEA, mark(), state="unjudged", reason="moved"))
    save_work(session, cases[1], drawn(ANN, state="open"))
    (only,) = readings_of(session, cases)
    assert (only.case, only.reader, len(only.marks)) == (cases[0].id, ANN, 1)
    assert "ID-" not in only.patient and "ller" not in only.patient


def test_an_area_with_holes_and_pieces_keeps_its_pixels_in_the_database(session: Session) -> None:
    cases = annotation.cases_of(session, make(session).id)
    outer = [[-0.5, -0.5], [-0.5, 15.5], [11.5, 15.5], [11.5, -0.5]]
    hole = [[2.5, 2.5], [2.5, 5.5], [4.5, 5.5], [4.5, 2.5]]
    thirds = [[6 + 1 / 3, 8.1], [6 + 1 / 3, 1e-9 + 12], [9.7, 10 + 1 / 3]]
    area = mark("disc", outlines=[outer, hole, thirds])
    check_marks(session, cases[0], LABELS, [area])
    save_work(session, cases[0], drawn(ANN, area))
    session.expire_all()
    (kept,) = readings_of(session, cases)
    assert kept.marks[0]["outlines"] == [outer, hole, thirds], "not a digit is lost"
    mask = agreed_area([kept], "disc", ("1.2.1", "1.2.1.1", 0), sides=SIDES)
    assert mask[0, 0] and mask[11, 15] and not mask[3:5, 3:6].any() and not mask[7, 10]
    # The triangle holds columns 9 to 11 of row 7, 10 and 11 of row 8, and 10 of row 9.
    assert mask.sum() == 12 * 16 - 6 - (3 + 2 + 1)


NAN = float("nan")
CLOSED = [[0.0, 0.0], [0.0, 4.0], [4.0, 4.0]]


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ([mark("none", box=[0, 0, 1, 1])], "a label that the list does not have"),
        ([mark(box=[0, 0, 12, 17])], "a box that is empty or leaves"),
        ([mark(box=[0, 0, NAN, 4])], "a box that is empty or leaves"),
        ([mark(box=[3, 3, 3, 4])], "a box that is empty or leaves"),
        ([mark(box=[-0.1, 0, 3, 4])], "a box that is empty or leaves"),
        ([mark("disc", outlines=[CLOSED, [[0, 0], [0, NAN], [1, 1]]])], "an outline that leaves"),
        ([mark("disc", outlines=[CLOSED[:2]])], "an outline that leaves"),
        ([mark("disc", outlines=[[[0, 0], [0, 15.6], [1, 1]]])], "an outline that leaves"),
        ([mark("disc", box=[0, 0, 1, 1])], "another drawing than a mask"),
        ([mark()], "another drawing than a box"),
        ([mark(box=[0, 0, 1, 1], answer="y")], "a drawing without a place, or with an answer"),
        ([mark(box=[0, 0, 1, 1], at={"frame": 2})], "an image that is not of the case"),
        ([mark(box=[0, 0, 1, 1], at={"series_uid": "1.2.2"})], "an image that is not of the case"),
        (
            [mark(box=[0, 0, 1, 1], at={"instance_uid": "1.3.1.2"})],
            "an image that is not of the case",
        ),
        ([mark("good", answer="y")], "a drawing for a label of the whole case"),
        ([mark("good", place=None)], "an answer that the label does not have"),
        ([mark(box=[0, 0, 1, 1]), mark(box=[1, 1, 2, 2])], "two marks of one name"),
        ([mark("disc", outlines=[CLOSED]), mark("disc", outlines=[CLOSED], id="n")], "two answers"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused_in_four_parts(
    session: Session, marks: list[dict[str, Any]], found: str
) -> None:
    case = annotation.cases_of(session, make(session, NewCase(1)).id)[0]
    with pytest.raises(InputError) as refused:
        check_marks(session, case, LABELS, marks)
    assert four_parts(refused.value)[1].startswith(found)


def test_marks_that_reach_to_the_border_of_each_frame_are_taken(session: Session) -> None:
    case = annotation.cases_of(session, make(session, NewCase(1)).id)[0]
    full = [[-0.5, -0.5], [-0.5, 15.5], [11.5, 15.5], [11.5, -0.5]]
    marks = [
        mark(box=[0, 0, *SIDES], id="a"),
        mark(box=[0, 0, *SIDES], id="b"),
        mark("disc", outlines=[full], id="c"),
        mark("disc", outlines=[full], id="d", at={"frame": 1}),
        mark(box=[0, 0, 1, 1], id="e", at={"series_uid": "1.2.2", "instance_uid": "1.2.2.3"}),
        mark("good", answer="n", place=None, id="f"),
    ]
    check_marks(session, case, LABELS, marks)


def seen(session: Session, user: int) -> tuple[list[str], list[str]]:
    studies = session.scalars(select(StudyRow.uid).where(shown_study(user)).order_by(StudyRow.uid))
    series = session.scalars(
        select(SeriesRow.uid).where(shown_series(user)).order_by(SeriesRow.uid)
    )
    return list(studies), list(series)


def test_an_annotator_sees_what_their_open_lists_hold_and_nothing_else(session: Session) -> None:
    whole = make(session, NewCase(1), annotators=[ANN])
    single = make(session, NewCase(1, "1.2.2"), NewCase(2), annotators=[ANN, BEA])
    assert seen(session, ANN) == (["1.2", "1.3"], ["1.2.1", "1.2.2", "1.3.1"])
    assert seen(session, BEA) == (["1.2", "1.3"], ["1.2.2", "1.3.1"])
    assert seen(session, SENIOR) == ([], []), "who made the lists does not draw on them"
    annotation.close_list(session, whole.id, closed=True, at=START)
    assert seen(session, ANN) == seen(session, BEA)
    annotation.assign(session, single.id, [BEA], at=START)
    assert seen(session, ANN) == ([], []) and assigned_lists(session, ANN) == []


def test_a_single_series_gives_neither_its_study_nor_its_sisters(session: Session) -> None:
    make(session, NewCase(1, "1.2.2"), annotators=[ANN])
    check_shown(session, ANN, study_uid="1.2", series_uid="1.2.2")
    for study, series in (("1.2", ""), ("1.2", "1.2.1"), ("1.3", "1.2.2"), ("1.3", "")):
        with pytest.raises(NotThere):
            check_shown(session, ANN, study_uid=study, series_uid=series)


def test_a_case_of_others_is_refused_in_the_words_for_one_that_is_not_there(
    session: Session,
) -> None:
    case = annotation.cases_of(session, make(session, annotators=[ANN]).id)[0]
    told = []
    for number in (case.id, 4321):
        with pytest.raises(NotThere) as refused:
            assigned_case(session, number, BEA)
        told.append(str(refused.value).replace(str(number), "N"))
    assert told[0] == told[1]
    assert assigned_case(session, case.id, ANN) is case


def test_who_comes_back_to_a_list_is_on_it_once(session: Session) -> None:
    row = make(session, annotators=[ANN])
    for people in ([BEA, BEA], [ANN, BEA], [BEA], [ANN]):
        annotation.assign(session, row.id, people, at=START)
    assert [user.id for user in annotation.annotators_of(session, row.id)] == [ANN]
    former = annotation.annotators_of(session, row.id, former=True)
    assert [user.id for user in former] == [ANN, BEA]
    assert session.scalar(select(func.count()).select_from(AnnotationPerson)) == 2
