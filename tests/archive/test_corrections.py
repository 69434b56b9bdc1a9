"""What readers say is kept as rows that no other row changes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.orm import Session

from condyle.archive import analyses, corrections
from condyle.archive.analyses import BundleRun, NewFinding, Result
from condyle.archive.archive import Archive
from condyle.archive.clinical_tables import Correction
from condyle.archive.corrections import Statement, append, corrections_of, current, superseded
from condyle.archive.read_findings import Standing, StandingFinding, findings_as_they_stand
from condyle.archive.store import store
from condyle.archive.studies import get_study
from condyle.archive.tables import User
from condyle.errors import Conflict, NotThere, UsageError

LEVELS = ("L5-S1", "L4-L5", "L3-L4")
PLACE = {"series_uid": "1.2.1", "instance_uid": "1.2.1.1", "frame": 0}
OTHER_PLACE = {**PLACE, "instance_uid": "1.2.1.2"}
SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0)]


def new_findings() -> list[NewFinding]:
    """Gives a grade of each of three discs, and a call of the lowest that abstained."""
    grades = [
        NewFinding(
            key=f"g{index}",
            name="pfirrmann-grade",
            positive=True,
            document={"value": index + 1, "places": [{**PLACE, "outline": [], "box": None}]},
            level=level,
            index_from_caudal=index,
        )
        for index, level in enumerate(LEVELS, start=1)
    ]
    call = NewFinding(
        key="c1",
        name="disc-bulging",
        positive=False,
        document={"value": True},
        level=LEVELS[0],
        index_from_caudal=1,
        abstained=True,
    )
    return [*grades, call]


def put_run(session: Session, at: Any, key: str = "run", bundle: str = "lumbar") -> None:
    analyses.queue_analysis(session, 1, BundleRun(bundle, "1", "f" * 64), at=at, key=key)
    analyses.start(session, key, at=at)
    result = Result(report="a" * 64, files={}, findings=new_findings(), software_version="0")
    analyses.finish(session, key, result, at=at)


@pytest.fixture
def at(archive: Archive):
    return archive.clock()


@pytest.fixture
def readers(archive: Archive, instance: Any, at: Any) -> tuple[int, int]:
    """Two readers of an archive with a study of two images and a run of four findings."""
    batch = [instance(n, rows=8, columns=8) for n in (1, 2)]
    store(archive, [*batch, instance(1, of="1.3")])
    with archive.database.write() as session:
        for name in ("one", "two"):
            row = User(
                name=name, full_name=name, role="clinician", password_hash="x", created_at=at
            )
            session.add(row)
        put_run(session, at)
    return 1, 2


@pytest.fixture
def say(archive: Archive, readers: tuple[int, int], at: Any) -> Callable[..., int]:
    """Says something of study 1, by the first reader unless told else; gives its number."""

    def one(kind: str, *, by: int = 1, study: int = 1, **of: Any) -> int:
        with archive.database.write() as session:
            return append(session, study, Statement(kind=kind, user_id=by, at=at, **of)).id

    return one


@pytest.fixture
def standing(archive: Archive) -> Callable[[], Standing]:
    def read() -> Standing:
        with archive.database.read() as session:
            return findings_as_they_stand(session, 1)

    return read


@pytest.fixture
def said(archive: Archive) -> Callable[[], list[Correction]]:
    def read() -> list[Correction]:
        with archive.database.read() as session:
            return corrections_of(session, 1)

    return read


def finding(standing: Standing, number: int = 1) -> StandingFinding:
    return next(one for one in standing.findings if one.finding == number)


def levels(*names: str) -> dict[str, Any]:
    return {"levels": {str(index): name for index, name in enumerate(names, start=1)}}


def test_a_word_takes_the_place_of_the_readers_own_word_on_the_same_thing(
    say: Any, said: Any, standing: Any
) -> None:
    first = say("grade", finding=1, value={"grade": 3})
    say("grade", finding=2, value={"grade": 3})
    last = say("reject", finding=1)
    rows = said()
    assert superseded(rows) == {first}
    assert [row.id for row in rows if row.supersedes == first] == [last]
    assert finding(standing()).state == "rejected"
    assert finding(standing(), 2).value == 3


def test_a_drawing_and_a_value_stand_side_by_side(say: Any, said: Any, standing: Any) -> None:
    say("grade", finding=1, value={"grade": 3})
    say("outline", finding=1, value={"outline": SQUARE, "place": PLACE})
    say("outline", finding=1, value={"outline": SQUARE, "place": OTHER_PLACE})
    say("box", finding=1, value={"box": (0, 0, 2, 2), "place": PLACE})
    assert superseded(said()) == set()
    say("box", finding=1, value={"box": (0, 0, 3, 3), "place": PLACE})
    here, there = finding(standing()).drawn
    assert (here["box"], len(here["outline"])) == ([0, 0, 3, 3], 3)
    assert (there["place"], there["box"]) == (OTHER_PLACE, None)
    assert len(current(said())) == 4


def test_of_two_readers_the_latest_counts_until_it_is_withdrawn(say: Any, standing: Any) -> None:
    say("grade", finding=1, value={"grade": 3})
    other = say("grade", by=2, finding=1, value={"grade": 5})
    assert (finding(standing()).value, finding(standing()).user_id) == (5, 2)
    say("withdraw", by=2, supersedes=other)
    assert (finding(standing()).value, finding(standing()).user_id) == (3, 1)


def test_what_was_replaced_does_not_come_back_by_a_withdrawal(say: Any, standing: Any) -> None:
    say("grade", finding=1, value={"grade": 3})
    last = say("grade", finding=1, value={"grade": 5})
    say("withdraw", supersedes=last)
    open_again = finding(standing())
    assert (open_again.state, open_again.value, open_again.at) == ("open", 2, None)


@pytest.mark.parametrize("kind", ["withdraw", "reject"])
def test_nobody_takes_the_place_of_another_readers_word(say: Any, kind: str) -> None:
    first = say("accept", finding=1)
    of = {} if kind == "withdraw" else {"finding": 1}
    with pytest.raises(Conflict) as told:
        say(kind, by=2, supersedes=first, **of)
    assert told.value.found == "what another reader says"


def test_a_word_that_stands_no_more_is_not_replaced_again(say: Any) -> None:
    first = say("accept", finding=1)
    say("reject", finding=1)
    for kind, of in (("accept", {"finding": 1}), ("withdraw", {})):
        with pytest.raises(Conflict):
            say(kind, supersedes=first, **of)


def test_a_word_does_not_take_the_place_of_one_on_something_else(say: Any) -> None:
    first = say("accept", finding=1)
    with pytest.raises(Conflict) as told:
        say("accept", finding=2, supersedes=first)
    assert "something else" in told.value.found


def test_a_withdrawal_cannot_be_withdrawn(say: Any) -> None:
    taken = say("withdraw", supersedes=say("accept", finding=1))
    with pytest.raises(Conflict):
        say("withdraw", supersedes=taken)


def test_the_chain_is_renamed_for_every_finding_of_the_run(say: Any, standing: Any) -> None:
    say("level", analysis="run", value=levels("L6-S1", "L5-L6", "L4-L5"))
    assert [one.level for one in standing().findings] == ["L6-S1", "L5-L6", "L4-L5", "L6-S1"]
    assert standing().levels == {"run": {1: "L6-S1", 2: "L5-L6", 3: "L4-L5"}}
    assert {one.state for one in standing().findings} == {"open"}
    say("level", by=2, analysis="run", value=levels("S1-S2", "L5-S1", "L4-L5"))
    assert standing().levels["run"][1] == "S1-S2"


@pytest.mark.parametrize(
    "names",
    [
        ("L5-S1", "L4-L5"),
        ("L5-S1", "L4-L5", "L3-L4", "L2-L3"),
        ("L5-S1", "L5-S1", "L4-L5"),
        ("L5-S1", "L3-L4", "L2-L3"),
        ("L3-L4", "L4-L5", "L5-S1"),
        ("L6-S1", "L4-L5", "L3-L4"),
        ("L5-S1", "L4-L5", "C5-C6"),
        (),
    ],
)
def test_names_that_leave_a_gap_or_a_disc_out_are_refused(
    say: Any, said: Any, names: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError):
        say("level", analysis="run", value=levels(*names))
    assert said() == []


def test_indices_that_are_none_of_the_runs_discs_are_refused(say: Any) -> None:
    strange = {"levels": {"0": "L5-S1", "2": "L4-L5", "\ud800": "L3-L4"}}
    with pytest.raises(UsageError) as told:
        say("level", analysis="run", value=strange)
    assert "1, 2, 3" in told.value.needed


def test_an_added_finding_stands_after_the_models_and_is_replaced_whole(
    say: Any, standing: Any
) -> None:
    new = {"name": "pfirrmann-grade", "level": "L2-L3", "value": 3, "drawn": None}
    first = say("add", value=new)
    say("grade", by=2, added=first, value={"grade": 4})
    (*_, added) = standing().findings
    assert (added.finding, added.added, added.state, added.value) == (None, first, "added", 4)
    assert (added.user_id, added.level) == (2, "L2-L3")
    drawn = {"place": PLACE, "outline": [], "box": (0, 0, 4, 4)}
    second = say("add", value={**new, "value": 1, "drawn": drawn}, supersedes=first)
    (*models, added) = standing().findings
    assert (len(models), added.added, added.value, added.user_id) == (4, second, 1, 1)
    assert added.drawn[0]["box"] == [0, 0, 4, 4]
    with pytest.raises(NotThere):
        say("grade", by=2, added=first, value={"grade": 4})
    say("reject", by=2, added=second)
    assert standing().findings[-1].state == "rejected"


def test_two_findings_that_a_reader_adds_stand_both(say: Any, standing: Any) -> None:
    for level in ("L2-L3", "L1-L2"):
        value = {"name": "disc-narrowing", "level": level, "value": True, "drawn": None}
        say("add", value=value)
    assert [one.level for one in standing().findings[4:]] == ["L2-L3", "L1-L2"]


@pytest.mark.parametrize(
    "of",
    [
        {},
        {"finding": 1, "added": 1},
        {"finding": 1, "analysis": "run"},
        {"analysis": "run"},
    ],
)
def test_a_word_is_of_one_finding(say: Any, of: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as told:
        say("accept", **of)
    assert "one finding" in told.value.needed


def test_findings_of_other_studies_and_of_earlier_runs_are_not_there(
    archive: Archive, say: Any, standing: Any
) -> None:
    with pytest.raises(NotThere):
        say("accept", study=2, finding=1)
    with pytest.raises(NotThere):
        say("level", study=2, analysis="run", value=levels(*LEVELS))
    say("reject", finding=1)
    with archive.database.write() as session:
        put_run(session, archive.clock(), key="later")
    with pytest.raises(NotThere):
        say("accept", finding=1)
    assert [one.state for one in standing().findings] == ["open"] * 4
    assert {one.analysis for one in standing().findings} == {"later"}


def test_a_run_of_another_bundle_keeps_its_own_names_of_levels(
    archive: Archive, say: Any, standing: Any
) -> None:
    with archive.database.write() as session:
        put_run(session, archive.clock(), key="other", bundle="second")
    say("level", analysis="other", value=levels("L4-L5", "L3-L4", "L2-L3"))
    named = standing().levels
    assert (named["run"][1], named["other"][1]) == ("L5-S1", "L4-L5")


def test_a_correction_moves_the_studys_revision_and_nothing_else_of_it(
    archive: Archive, say: Any
) -> None:
    def study() -> tuple[int, str, int]:
        with archive.database.read() as session:
            row = get_study(session, 1)
            return row.revision, row.state, row.finding_count

    before = study()
    say("reject", finding=1)
    assert study()[0] > before[0]
    assert study()[1:] == before[1:]


def test_readers_that_speak_at_once_are_all_heard(say: Any, said: Any, standing: Any) -> None:
    def one(number: int) -> None:
        say("grade", by=1 + number % 2, finding=1, value={"grade": 1 + number % 5})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(12)))
    rows = said()
    assert len(rows) == 12
    left = current(rows)
    assert sorted(row.user_id for row in left) == [1, 2], "each reader has one word that stands"
    replaced = [row.supersedes for row in rows if row.supersedes is not None]
    assert len(replaced) == len(set(replaced)) == 10, "no word was replaced twice"
    assert finding(standing()).value == max(left, key=lambda row: row.id).value["grade"]


def test_a_topic_is_the_same_for_every_word_on_one_value() -> None:
    rows = [Correction(kind=kind, finding_id=3, value={}) for kind in corrections.VALUES]
    assert len({corrections.topic(row) for row in rows}) == 1
    added = Correction(kind="accept", added=3, value={})
    assert corrections.topic(added) != corrections.topic(rows[0])
