"""The findings of a study as they stand after what readers said of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from condyle.archive.analyses import findings_of, shown_runs
from condyle.archive.clinical_tables import Correction
from condyle.archive.corrections import DRAWINGS, VALUES, corrections_of, current
from condyle.archive.tables import FindingRow

State = Literal["open", "accepted", "changed", "rejected", "added"]


@dataclass(frozen=True, kw_only=True)
class StandingFinding:
    """A finding as it stands.

    Attributes:
        finding: Number of the model's; ``None`` for one that a reader added.
        added: Number of the correction that added it.
        analysis: The run that found it.
        name: Of the findings table.
        level: After the readers' names of the run's discs.
        index_from_caudal: The disc's.
        state: What readers said of it.
        value: What holds; of a rejected one what was rejected, ``None`` where nothing is said.
        drawn: {place, outline, box} of each frame where it can be checked.
        document: The model's entry of ``report.json``; empty for one that was added.
        value_said: Whether a reader spoke of the value, and not only of what is drawn.
        user_id: Who spoke last.
        at: When.
    """

    finding: int | None
    added: int | None
    analysis: str | None
    name: str
    level: str | None
    index_from_caudal: int | None
    state: State
    value: int | bool | None
    drawn: tuple[Mapping[str, Any], ...]
    document: Mapping[str, Any] = field(repr=False)
    value_said: bool
    user_id: int | None
    at: dt.datetime | None


@dataclass(frozen=True)
class Standing:
    """A study's findings as they stand, and the names of the discs of each run that has some.

    Attributes:
        findings: The models' in the order of their reports, then those that were added.
        levels: Run to index from caudal to name, ``""`` where the disc has none.
    """

    findings: tuple[StandingFinding, ...]
    levels: Mapping[str, Mapping[int, str]]


def findings_as_they_stand(session: Session, study_id: int) -> Standing:
    """Gives the findings of the runs that are shown, and those that readers added.

    Args:
        session: A transaction.
        study_id: The study.
    """
    said = current(corrections_of(session, study_id))
    runs = [run.id for run in shown_runs(session, study_id)]
    rows = findings_of(session, runs)
    levels = _levels(rows, said)
    models = [
        _of_model(row, levels, [one for one in said if one.finding_id == row.id]) for row in rows
    ]
    added = [_of_reader(one, said) for one in said if one.kind == "add"]
    return Standing((*models, *added), levels)


def as_found(row: FindingRow) -> StandingFinding:
    """Gives a model's finding as it stands before anything is said of it."""
    return _of_model(row, {row.analysis_id: {row.index_from_caudal or 0: row.level or ""}}, [])


def _levels(rows: Sequence[FindingRow], said: Sequence[Correction]) -> dict[str, dict[int, str]]:
    levels: dict[str, dict[int, str]] = {}
    for row in rows:
        if row.index_from_caudal is not None:
            named = levels.setdefault(row.analysis_id, {})
            named[row.index_from_caudal] = named.get(row.index_from_caudal) or row.level or ""
    for one in said:
        if one.kind == "level" and one.analysis_id in levels:
            levels[one.analysis_id] = {int(k): v for k, v in one.value["levels"].items()}
    return {run: dict(sorted(named.items())) for run, named in levels.items()}


def _of_model(
    row: FindingRow, levels: Mapping[str, Mapping[int, str]], said: Sequence[Correction]
) -> StandingFinding:
    own = None if row.abstained else row.document.get("value")
    index = row.index_from_caudal
    level = row.level if index is None else levels[row.analysis_id][index] or None
    state, value = _value(own, said)
    if state in ("open", "accepted") and any(one.kind in DRAWINGS for one in said):
        state = "changed"
    last = said[-1] if said else None
    return StandingFinding(
        finding=row.id,
        added=None,
        analysis=row.analysis_id,
        name=row.name,
        level=level,
        index_from_caudal=index,
        state=state,
        value=value,
        drawn=_drawn(row.document.get("places", []), said),
        document=row.document,
        value_said=any(one.kind in VALUES for one in said),
        user_id=None if last is None else last.user_id,
        at=None if last is None else last.at,
    )


def _of_reader(add: Correction, said: Sequence[Correction]) -> StandingFinding:
    of_it = [one for one in said if one.added == add.id]
    state, value = _value(add.value["value"], of_it)
    drawn = [add.value["drawn"]] if add.value["drawn"] else []
    places = [{**one["place"], "outline": one["outline"], "box": one["box"]} for one in drawn]
    last = of_it[-1] if of_it else add
    return StandingFinding(
        finding=None,
        added=add.id,
        analysis=None,
        name=add.value["name"],
        level=add.value["level"],
        index_from_caudal=None,
        state="rejected" if state == "rejected" else "added",
        value=value,
        drawn=_drawn(places, of_it),
        document={},
        value_said=True,
        user_id=last.user_id,
        at=last.at,
    )


def _value(own: int | bool | None, said: Sequence[Correction]) -> tuple[State, int | bool | None]:
    """Gives what holds of a value after the latest word on it."""
    words = [one for one in said if one.kind in VALUES]
    if not words:
        return "open", own
    last = words[-1]
    if last.kind in ("accept", "reject"):
        return ("accepted" if last.kind == "accept" else "rejected"), own
    value: int | bool = last.value["grade" if last.kind == "grade" else "positive"]
    return ("accepted" if own is not None and value == own else "changed"), value


def _drawn(
    places: Sequence[Mapping[str, Any]], said: Sequence[Correction]
) -> tuple[Mapping[str, Any], ...]:
    """Gives what is drawn on each frame; a reader's outline or box takes the model's place."""
    frames: dict[tuple[str, int], dict[str, Any]] = {}
    for one in places:
        place = {name: one[name] for name in ("series_uid", "instance_uid", "frame")}
        key = (place["instance_uid"], place["frame"])
        frames[key] = {"place": place, "outline": one["outline"], "box": one["box"]}
    for row in said:
        if row.kind in DRAWINGS:
            place = row.value["place"]
            bare = {"place": place, "outline": [], "box": None}
            frame = frames.setdefault((place["instance_uid"], place["frame"]), bare)
            frame[row.kind] = row.value[row.kind]
    return tuple(frames.values())
