"""What models say of the items of a teaching case, to be shown once it was answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from condyle.archive.analyses import analyses_of, findings_of, shown_runs
from condyle.archive.read_findings import findings_as_they_stand
from condyle.archive.tables import Analysis, FindingRow
from condyle.archive.teaching_questions import Value, item_key


@dataclass(frozen=True)
class ModelSaid:
    """What a model says of an item.

    Attributes:
        value: Its grade or call; ``None`` where it abstained, or its call is too poor to print.
        finding: The row of it.
        named: The level that the model gave it, where a reader named the disc otherwise.
    """

    value: Value
    finding: FindingRow
    named: str | None


@dataclass(frozen=True)
class ModelAnswers:
    """What one run of a bundle says of a case."""

    run: Analysis
    said: Mapping[str, ModelSaid]


def model_answers(
    session: Session, study_id: int, asked: Collection[str], *, silent: bool
) -> list[ModelAnswers]:
    """Gives what the finished runs on a study say of items, one run a bundle.

    A disc counts under the name that readers gave it, so that each is compared with the same
    disc of the reference.

    Args:
        session: A transaction.
        study_id: The study.
        asked: Items.
        silent: With the runs of silent mode.
    """
    runs = shown_runs(session, study_id)
    if silent:
        runs = list({run.bundle: run for run in analyses_of(session, study_id)}.values())
    levels = findings_as_they_stand(session, study_id).levels
    done = [run for run in runs if run.state == "done"]
    by_run: dict[str, dict[str, ModelSaid]] = {run.id: {} for run in done}
    for row in findings_of(session, by_run):
        index = row.index_from_caudal
        level = levels.get(row.analysis_id, {}).get(index or 0) or row.level
        key = item_key(row.name, level)
        if key in asked:
            named = row.level if row.level != level else None
            by_run[row.analysis_id].setdefault(key, ModelSaid(_value(row), row, named))
    return [ModelAnswers(run, by_run[run.id]) for run in done]


def _value(row: FindingRow) -> Value:
    point = row.document.get("operating_point")
    value: Value = None if row.abstained else row.document.get("value")
    if isinstance(value, bool) and point is not None and not point["shown"]:
        return None
    return value
