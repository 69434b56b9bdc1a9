"""The dashboard: counts, times and shares by month or week; nothing of it names a patient."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from condyle.service.schemas.base import Body


class Share(Body):
    """A proportion with its interval; ``null`` where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    unit: str


class Period(Body):
    """A month or a week in UTC; ``running`` where it has not ended yet."""

    start: dt.datetime
    end: dt.datetime
    running: bool


class Volume(Body):
    """Studies that came in a period, by its position among the periods."""

    period: int
    anatomy: str | None
    source: str
    count: int


class Times(Body):
    """How long something took: ``n`` times, the middle one and the 90th percentile."""

    n: int
    median_s: float
    p90_s: float


class Turnaround(Body):
    """From a study's arrival to the first bundle's result and to the signed report."""

    period: int
    read: Times | None
    signed: Times | None


class Reason(Body):
    """Why runs were refused or failed, and how many."""

    code: str
    text: str
    count: int


class Agreement(Body):
    """What readers said of the findings that they looked at.

    ``unanswered`` are those to which the model gave no value; they are in no share. ``share`` is
    that of the accepted among the others.
    """

    accepted: int
    changed: int
    rejected: int
    unanswered: int
    patients: int
    share: Share


class NamedAgreement(Body):
    """The agreement on one finding, over all periods."""

    name: str
    title: str
    agreement: Agreement


class BundlePeriod(Body):
    """What a bundle did in a period."""

    period: int
    done: int
    refused: int
    failed: int
    cancelled: int
    reasons: list[Reason]
    findings: int
    abstained: int
    run_time: Times | None
    agreement: Agreement | None


class BundleFigures(Body):
    """A bundle in one version over all periods.

    ``own_calls`` is what readers called by themselves against what its silent runs found, over
    all periods; ``null`` where nobody did, or where who asks may make such calls.
    """

    bundle: str
    version: str
    silent: bool
    periods: list[BundlePeriod]
    agreement: Agreement | None
    by_finding: list[NamedAgreement]
    own_calls: Agreement | None
    own_calls_by_finding: list[NamedAgreement]


class Dashboard(Body):
    """What the department did, by month or week."""

    by: Literal["month", "week"]
    counted_at: dt.datetime
    periods: list[Period]
    volume: list[Volume]
    turnaround: list[Turnaround]
    bundles: list[BundleFigures]
    with_silent: bool


class DriftTest(Body):
    """One distribution now and before.

    ``answer`` is the one whose share differs most, ``before`` and ``now`` its shares, ``reason``
    says in words why runs ended so; ``detectable`` is the difference that would have been seen
    with 80 %.
    """

    subject: str
    title: str
    answer: str
    reason: str
    before: float
    now: float
    p_value: float
    adjusted: float
    detectable: float
    patients_before: int
    patients_now: int
    changed: bool


class BundleDriftEntry(Body):
    """A bundle's latest period against those before it."""

    bundle: str
    version: str
    verdict: Literal["changed", "no-change-shown", "too-few"]
    start: dt.datetime
    end: dt.datetime
    before_start: dt.datetime
    studies_before: int
    studies_now: int
    tests: list[DriftTest]


class DriftReport(Body):
    """Where what a bundle says differs from what it said before.

    ``false_alarms`` is the chance of a warning on a bundle and period where nothing changed;
    with fewer studies than ``fewest`` on either side nothing is tested.
    """

    by: Literal["month", "week"]
    counted_at: dt.datetime
    false_alarms: float
    fewest: int
    bundles: list[BundleDriftEntry]
