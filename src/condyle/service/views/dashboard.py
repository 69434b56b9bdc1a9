"""The dashboard as the interface gives it: counts as bodies, names in the reader's words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from condyle.archive.dashboard import By, Taken
from condyle.archive.dashboard_runs import Ended, Spoken
from condyle.domain.estimate import Estimate
from condyle.domain.messages import Message
from condyle.evaluation.cluster_sums import ClusterSums, share_of_sums
from condyle.reporting.wording import LANGUAGES, Catalogue, catalogue, params_of
from condyle.service.schemas.dashboard import (
    Agreement,
    BundleDriftEntry,
    BundleFigures,
    BundlePeriod,
    Dashboard,
    DriftTest,
    NamedAgreement,
    Period,
    Reason,
    Share,
    Times,
    Turnaround,
    Volume,
)
from condyle.service.views.dashboard_figures import Figures
from condyle.workflows.clinic.drift import ENDS, BundleDrift, Drift

Of = tuple[str, str]
"""A bundle and its version."""


def dashboard_body(counted: Figures, by: By, language: str, *, silent: bool) -> Dashboard:
    """Gives what was counted.

    Args:
        counted: At one moment.
        by: Months or weeks.
        language: Of the reader.
        silent: Whether silent runs are in it.
    """
    words = _words(language)
    spans = counted.periods.spans
    both = sorted({*counted.to_read, *counted.to_sign})
    return Dashboard(
        by=by,
        counted_at=counted.at,
        periods=[Period(start=a, end=b, running=b > counted.at) for a, b in spans],
        volume=[Volume(**vars(one)) for one in counted.volume],
        turnaround=[
            Turnaround(
                period=at,
                read=_times(counted.to_read.get(at)),
                signed=_times(counted.to_sign.get(at)),
            )
            for at in both
        ],
        bundles=[_bundle(of, counted, words) for of in _bundles(counted)],
        with_silent=silent,
    )


def drift_entry(found: BundleDrift, language: str) -> BundleDriftEntry:
    """Gives a bundle's drift, the tests with the smallest p value first."""
    words = _words(language)
    tests = sorted(found.drifts, key=lambda one: one.shift.p_value)
    return BundleDriftEntry(
        bundle=found.bundle,
        version=found.version,
        verdict=found.verdict,
        start=found.now[0],
        end=found.now[1],
        before_start=found.before[0],
        studies_before=found.studies[0],
        studies_now=found.studies[1],
        tests=[
            DriftTest(
                subject=one.subject,
                title="" if one.subject == ENDS else words.term(one.subject),
                answer=one.shift.at,
                reason=_why(one, words),
                before=one.before,
                now=one.now,
                p_value=one.shift.p_value,
                adjusted=one.adjusted,
                detectable=one.shift.detectable,
                patients_before=one.shift.patients[0],
                patients_now=one.shift.patients[1],
                changed=one.changed,
            )
            for one in tests
        ],
    )


def agreement_of(spoken: Spoken) -> Agreement:
    """Gives what readers said of findings, with the interval by patient."""
    rows = spoken.accepted + spoken.changed + spoken.rejected
    sums = ClusterSums(
        spoken.patients,
        rows,
        spoken.accepted,
        spoken.rows_rows,
        spoken.hits_rows,
        spoken.hits_hits,
    )
    return Agreement(
        accepted=spoken.accepted,
        changed=spoken.changed,
        rejected=spoken.rejected,
        unanswered=spoken.unanswered,
        patients=spoken.patients,
        share=share_body(share_of_sums(sums, unit="finding")),
    )


def _bundles(counted: Figures) -> list[Of]:
    seen = [(one.bundle, one.version) for one in counted.ended]
    seen += [(one.bundle, one.version) for one in (*counted.spoken, *counted.own_calls)]
    return sorted(set(seen))


def _bundle(of: Of, counted: Figures, words: Catalogue) -> BundleFigures:
    runs = [one for one in counted.ended if (one.bundle, one.version) == of]
    last = max((one.period for one in runs), default=0)
    positions = sorted(
        {one.period for one in runs}
        | {one.period for one in _of(of, counted.spoken_by_period) if one.period is not None}
    )
    whole, own = _of(of, counted.spoken), _of(of, counted.own_calls)
    return BundleFigures(
        bundle=of[0],
        version=of[1],
        silent=any(one.hidden for one in runs if one.period == last),
        periods=[_period(of, at, counted, words) for at in positions],
        agreement=agreement_of(whole[0]) if whole else None,
        by_finding=_named(_of(of, counted.spoken_by_name), words),
        own_calls=agreement_of(own[0]) if own else None,
        own_calls_by_finding=_named(_of(of, counted.own_calls_by_name), words),
    )


def _period(of: Of, at: int, counted: Figures, words: Catalogue) -> BundlePeriod:
    runs = [one for one in counted.ended if (one.bundle, one.version, one.period) == (*of, at)]
    found = [one for one in counted.found if (one.bundle, one.version, one.period) == (*of, at)]
    said = [one for one in _of(of, counted.spoken_by_period) if one.period == at]
    times = [counted.run_times.get((at, *of, hidden)) for hidden in (False, True)]
    states: Counter[str] = Counter()
    for one in runs:
        states[one.state] += one.count
    return BundlePeriod(
        period=at,
        done=states["done"],
        refused=states["refused"],
        failed=states["failed"],
        cancelled=states["cancelled"],
        reasons=_reasons(runs, words),
        findings=sum(one.findings for one in found),
        abstained=sum(one.abstained for one in found),
        run_time=_times(next((one for one in times if one is not None), None)),
        agreement=agreement_of(said[0]) if said else None,
    )


def _reasons(runs: Iterable[Ended], words: Catalogue) -> list[Reason]:
    """Gives each reason with how many had it; what differs between them is left out."""
    counts: Counter[str] = Counter()
    for one in runs:
        if one.code is not None:
            counts[one.code] += one.count
    return [
        Reason(code=code, text=words.message(_bare(code, words)), count=count)
        for code, count in counts.most_common()
    ]


def _why(drift: Drift, words: Catalogue) -> str:
    """Gives the sentence of why runs ended as they did, where that is what differs."""
    code = drift.shift.at.partition(": ")[2] if drift.subject == ENDS else ""
    return words.message(_bare(code, words)) if code else ""


def _bare(code: str, words: Catalogue) -> Message:
    return Message(code, dict.fromkeys(params_of(words.messages.get(code, "")), "…"))


def _of(of: Of, spoken: Sequence[Spoken]) -> list[Spoken]:
    return [one for one in spoken if (one.bundle, one.version) == of]


def _named(spoken: Sequence[Spoken], words: Catalogue) -> list[NamedAgreement]:
    named = [
        NamedAgreement(name=one.name, title=words.term(one.name), agreement=agreement_of(one))
        for one in spoken
        if one.name is not None
    ]
    return sorted(named, key=lambda one: one.title)


def _times(taken: Taken | None) -> Times | None:
    return None if taken is None else Times(**vars(taken))


def share_body(estimate: Estimate) -> Share:
    """Gives a proportion, ``None`` where it is undefined."""
    value, low, high = (
        None if math.isnan(part) else part for part in (estimate.value, estimate.low, estimate.high)
    )
    return Share(
        value=value, low=low, high=high, n=estimate.n, method=estimate.method, unit=estimate.unit
    )


def _words(language: str) -> Catalogue:
    return catalogue(language if language in LANGUAGES else LANGUAGES[0])
