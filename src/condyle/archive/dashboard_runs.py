"""What bundles did, by month or week: runs, refusals, abstentions, and readers who agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from condyle.archive.clinical_tables import Correction
from condyle.archive.corrections import VALUES
from condyle.archive.dashboard import Periods, Taken, by_place, quantiles, seconds_between
from condyle.archive.silent_tables import OwnCall
from condyle.archive.tables import Analysis, FindingRow, StudyRow


@dataclass(frozen=True)
class Ended:
    """Runs that came to an end in a period.

    Attributes:
        state: As ``Analysis.state``.
        code: Why, where the bundle declined or the run broke.
    """

    period: int
    bundle: str
    version: str
    hidden: bool
    state: str
    code: str | None
    count: int


@dataclass(frozen=True)
class Found:
    """Findings of runs that were done in a period, and of how many the bundle abstained."""

    period: int
    bundle: str
    version: str
    findings: int
    abstained: int


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What readers said of findings, with the sums over patients that an interval needs.

    Attributes:
        period: ``None`` for all of them together.
        name: Of the finding; ``None`` for all of them together.
        accepted: Findings to which the last word agreed.
        changed: To which it gave another value.
        rejected: Which it rejected.
        unanswered: To which the model had given no value; they are in no share.
        patients: Who have one of the first three.
        rows_rows: Sum over patients of the square of theirs.
        hits_rows: Sum of accepted times all of theirs.
        hits_hits: Sum of the square of accepted.
    """

    period: int | None
    bundle: str
    version: str
    name: str | None
    accepted: int
    changed: int
    rejected: int
    unanswered: int
    patients: int
    rows_rows: int
    hits_rows: int
    hits_hits: int


def ended_runs(session: Session, periods: Periods) -> list[Ended]:
    """Gives how many runs came to which end."""
    columns = (
        periods.of(Analysis.finished_at),
        Analysis.bundle,
        Analysis.version,
        Analysis.hidden,
        Analysis.state,
        Analysis.reason["code"].as_string(),
    )
    query = (
        select(*columns, func.count())
        .where(periods.holds(Analysis.finished_at))
        .group_by(*by_place(columns))
        .order_by(*by_place(columns))
    )
    return [Ended(*row) for row in session.execute(query)]


def run_times(session: Session, periods: Periods) -> dict[tuple[int, str, str, bool], Taken]:
    """Gives how long the runs took that were done: by period, bundle, version and silence."""
    query = select(
        periods.of(Analysis.finished_at).label("period"),
        Analysis.bundle,
        Analysis.version,
        Analysis.hidden,
        seconds_between(session, Analysis.started_at, Analysis.finished_at).label("seconds"),
    ).where(
        periods.holds(Analysis.finished_at),
        Analysis.state == "done",
        Analysis.started_at.is_not(None),
    )
    found = quantiles(session, query, ["period", "bundle", "version", "hidden"])
    return {(key[0], key[1], key[2], bool(key[3])): taken for key, taken in found.items()}


def found_counts(session: Session, periods: Periods, *, silent: bool) -> list[Found]:
    """Gives how many findings there were, and of how many the bundles abstained.

    Args:
        session: A transaction.
        periods: By the end of the run.
        silent: Whether of silent runs also.
    """
    # Run by run along their index: to sort all findings of a year would take far longer.
    of_run = FindingRow.analysis_id == Analysis.id
    each = select(func.count()).where(of_run).scalar_subquery()
    abstained = select(func.count()).where(of_run, FindingRow.abstained).scalar_subquery()
    runs = (
        select(
            periods.of(Analysis.finished_at).label("period"),
            Analysis.bundle,
            Analysis.version,
            each.label("findings"),
            abstained.label("abstained"),
        )
        .where(periods.holds(Analysis.finished_at), Analysis.state == "done")
        .where(*([] if silent else [Analysis.hidden.is_(False)]))
        .subquery()
    )
    keys = (runs.c.period, runs.c.bundle, runs.c.version)
    query = select(*keys, func.sum(runs.c.findings), func.sum(runs.c.abstained)).group_by(*keys)
    return [Found(*row[:3], int(row[3]), int(row[4])) for row in session.execute(query)]


@dataclass(frozen=True)
class PatientWords:
    """How many findings of a patient readers accepted and so on, of one name and period."""

    period: int
    bundle: str
    version: str
    name: str
    patient: int
    accepted: int
    changed: int
    rejected: int
    unanswered: int


def words_on_findings(session: Session, periods: Periods) -> list[PatientWords]:
    """Gives what readers said of models' findings: of each the latest word that stands.

    A grade or a call that is the model's own counts as accepted. A run that is hidden has no
    words on it, for nobody who speaks of findings has seen it.

    Args:
        session: A transaction.
        periods: By the time of the word.
    """
    words = _latest_words(periods).subquery()
    keys = [words.c[name] for name in ("period", "bundle", "version", "name", "patient_id")]
    query = select(
        *keys,
        *(
            func.sum(case((words.c.outcome == outcome, 1), else_=0))
            for outcome in ("accepted", "changed", "rejected", "unanswered")
        ),
    ).group_by(*keys)
    return [PatientWords(*row[:5], *map(int, row[5:])) for row in session.execute(query)]


def spoken_of(words: Iterable[PatientWords], *, by_period: bool, by_name: bool) -> list[Spoken]:
    """Sums words for each period or all together, and for each finding or all together."""
    groups: dict[_Key, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * 4))
    for one in words:
        period, name = one.period if by_period else None, one.name if by_name else None
        sums = groups[(period, one.bundle, one.version, name)][one.patient]
        for at, count in enumerate((one.accepted, one.changed, one.rejected, one.unanswered)):
            sums[at] += count
    return [_spoken(key, list(each.values())) for key, each in groups.items()]


_Key = tuple[int | None, str, str, str | None]


def _spoken(key: _Key, patients: Sequence[Sequence[int]]) -> Spoken:
    """Gives the sums over patients, each with accepted, changed, rejected and unanswered."""
    each = [(one[0], sum(one[:3])) for one in patients]
    return Spoken(
        period=key[0],
        bundle=key[1],
        version=key[2],
        name=key[3],
        accepted=sum(one[0] for one in patients),
        changed=sum(one[1] for one in patients),
        rejected=sum(one[2] for one in patients),
        unanswered=sum(one[3] for one in patients),
        patients=sum(rows > 0 for _, rows in each),
        rows_rows=sum(rows * rows for _, rows in each),
        hits_rows=sum(hits * rows for hits, rows in each),
        hits_hits=sum(hits * hits for hits, _ in each),
    )


def _latest_words(periods: Periods) -> Any:
    said_anew = Correction.supersedes.is_not(None)
    newest = func.row_number().over(
        partition_by=Correction.finding_id, order_by=Correction.id.desc()
    )
    said = case(
        (Correction.kind == "grade", Correction.value["grade"].as_integer()),
        else_=cast(Correction.value["positive"].as_boolean(), Integer),
    )
    outcome = case(
        (FindingRow.value.is_(None), "unanswered"),
        (Correction.kind == "accept", "accepted"),
        (Correction.kind == "reject", "rejected"),
        (said == FindingRow.value, "accepted"),
        else_="changed",
    )
    words = (
        select(
            periods.of(Correction.at).label("period"),
            Analysis.bundle,
            Analysis.version,
            FindingRow.name,
            StudyRow.patient_id,
            outcome.label("outcome"),
            newest.label("newest"),
        )
        .join(FindingRow, FindingRow.id == Correction.finding_id)
        .join(Analysis, Analysis.id == FindingRow.analysis_id)
        .join(StudyRow, StudyRow.id == Correction.study_id)
        .where(periods.holds(Correction.at), Correction.kind.in_(VALUES))
        # As a list: one look-up each would be planned as a scan while nothing was said anew.
        .where(Correction.id.not_in(select(Correction.supersedes).where(said_anew)))
        .subquery()
    )
    return select(words).where(words.c.newest == 1)


@dataclass(frozen=True)
class OwnCallPair:
    """A reader's own call beside what the silent run found at the same place.

    Attributes:
        model: ``None`` where it gave none.
    """

    period: int
    bundle: str
    version: str
    name: str
    patient: int
    reader: int
    model: int | None


def own_call_pairs(session: Session, periods: Periods) -> list[OwnCallPair]:
    """Gives every call that readers made of their own on runs that were done."""
    query = (
        select(
            periods.of(OwnCall.at),
            Analysis.id,
            Analysis.bundle,
            Analysis.version,
            StudyRow.patient_id,
            OwnCall.calls,
        )
        .join(Analysis, Analysis.id == OwnCall.analysis_id)
        .join(StudyRow, StudyRow.id == OwnCall.study_id)
        .where(periods.holds(OwnCall.at), Analysis.state == "done")
        .order_by(OwnCall.id)
    )
    calls = session.execute(query).all()
    models = _models(session, periods)
    return [
        OwnCallPair(
            period, bundle, version, call["name"], patient, int(call["value"]),
            models.get((run, call["name"], call["level"])),
        )
        for period, run, bundle, version, patient, called in calls
        for call in called
    ]  # fmt: skip


def _models(session: Session, periods: Periods) -> Mapping[tuple[str, str, str | None], int | None]:
    called = select(OwnCall.analysis_id).where(periods.holds(OwnCall.at))
    query = select(
        FindingRow.analysis_id, FindingRow.name, FindingRow.level, FindingRow.abstained,
        FindingRow.value,
    ).where(FindingRow.analysis_id.in_(called))  # fmt: skip
    return {
        (run, name, level): None if abstained else value
        for run, name, level, abstained, value in session.execute(query)
    }


def spoken_of_pairs(pairs: Sequence[OwnCallPair], *, by_name: bool) -> list[Spoken]:
    """Sums readers' own calls as their words on findings: accepted is where both say the same."""
    words = [
        PatientWords(
            pair.period,
            pair.bundle,
            pair.version,
            pair.name,
            pair.patient,
            accepted=int(pair.model is not None and pair.reader == pair.model),
            changed=int(pair.model is not None and pair.reader != pair.model),
            rejected=0,
            unanswered=int(pair.model is None),
        )
        for pair in pairs
    ]
    return spoken_of(words, by_period=False, by_name=by_name)
