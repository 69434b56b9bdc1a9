"""Putting the bundles that fit a study in the queue, and saying why the others do not run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from condyle.archive.analyses import (
    UNDER_WAY,
    BundleRun,
    analyses_of,
    queue_analysis,
    refuse,
)
from condyle.archive.archive import Archive
from condyle.archive.arrivals import Arrival
from condyle.archive.bundle_settings import bundle_uses
from condyle.archive.studies import get_study, refuse_study
from condyle.archive.tables import Analysis, InstanceRow, StudyRow
from condyle.bundle import Bundle, Manifest, installed_bundles
from condyle.dicom.objects.read_outside import NO_IMAGES
from condyle.domain.messages import Message
from condyle.workflows.clinic.choose import Chosen, choose_bundles

QUIET = dt.timedelta(minutes=2)
"""A study that waits for its bundles, and of which nothing came for so long, was forgotten."""


def queue_for_study(
    archive: Archive, study_id: int, *, again: bool = False, only: str | None = None
) -> tuple[str, ...]:
    """Queues every enabled bundle for a study; those that cannot read it say why at once.

    Calling it a second time changes nothing while no image has come since: a bundle that is
    under way or at its end on the study as it is now is not queued once more.

    Args:
        archive: Where the study is.
        study_id: The study.
        again: Whether to run what is at its end once more, as a person asked for.
        only: The one bundle that is asked for, or ``None`` for all.

    Returns:
        The analyses that were made, in the order of their bundles' names.

    Raises:
        NotThere: There is no such study.
        UnknownName: No installed bundle of the name in ``only`` gives findings.
    """
    installed = installed_bundles(check_files=False)
    with archive.database.write() as session:
        made = queue_bundles(
            session, study_id, installed, at=archive.clock(), again=again, only=only
        )
        return tuple(row.id for row in made)


def queue_bundles(
    session: Session,
    study_id: int,
    installed: Sequence[Bundle],
    *,
    at: dt.datetime,
    again: bool = False,
    only: str | None = None,
) -> list[Analysis]:
    """Does what ``queue_for_study`` does in a transaction that does more.

    Args:
        session: A writer's transaction.
        study_id: The study.
        installed: All bundles, looked up before the transaction.
        at: The time.
        again: Whether to run what is at its end once more.
        only: The one bundle that is asked for, or ``None`` for all.
    """
    study = get_study(session, study_id)
    chosen = choose_bundles(installed, bundle_uses(session), only=only)
    if not chosen:
        refuse_study(session, study_id, Message("no-bundle-enabled"))
        return []
    before = analyses_of(session, study_id)
    newest = _newest(session, study_id)
    return [
        _queue(session, study, one, at)
        for one in chosen
        if not any(_is_settled(row, one, newest, again=again) for row in before)
    ]


def queue_left_over(archive: Archive, *, quiet: dt.timedelta = QUIET, limit: int = 20) -> int:
    """Queues the bundles for studies that nobody queued, as where the server died in between.

    What came over the network is not among them: its arrival waits to be taken for complete,
    and by the rules no bundle may be for it.

    Args:
        archive: Whose studies.
        quiet: Nothing of such a study has come for so long.
        limit: Most studies at a time.

    Returns:
        For how many studies it was done.
    """
    before = archive.clock() - quiet
    query = (
        select(StudyRow.id)
        .where(StudyRow.state == "received", StudyRow.received_at < before)
        .where(~exists().where(Analysis.study_id == StudyRow.id))
        .where(
            ~exists().where(InstanceRow.study_id == StudyRow.id, InstanceRow.received_at >= before)
        )
        .where(exists().where(InstanceRow.study_id == StudyRow.id))
        .where(~exists().where(Arrival.study_id == StudyRow.id))
        .order_by(StudyRow.received_at)
        .limit(limit)
    )
    with archive.database.read() as session:
        left = list(session.scalars(query))
    for study_id in left:
        queue_for_study(archive, study_id)
    return len(left)


def _is_settled(row: Analysis, chosen: Chosen, newest: dt.datetime | None, *, again: bool) -> bool:
    """Tells whether an analysis stands for the study as it is now."""
    if row.sha256 != chosen.bundle.sha256:
        return False
    if row.state in UNDER_WAY:
        # One that was queued before the last image came may have begun without it.
        return row.state == "queued" or again or newest is None or row.queued_at >= newest
    settled = row.state in ("done", "refused") and chosen.refusal is None
    return settled and not again and (newest is None or row.queued_at >= newest)


def _newest(session: Session, study_id: int) -> dt.datetime | None:
    """Gives when the last image came: what others say of a study has it not read again."""
    query = select(func.max(InstanceRow.received_at)).where(InstanceRow.study_id == study_id)
    return session.scalar(query.where(InstanceRow.class_uid.not_in(NO_IMAGES)))


def _queue(session: Session, study: StudyRow, chosen: Chosen, at: dt.datetime) -> Analysis:
    manifest = chosen.bundle.manifest
    run = BundleRun(manifest.name, manifest.version, chosen.bundle.sha256, chosen.silent)
    row = queue_analysis(session, study.id, run, at=at)
    reason = chosen.refusal or _exclusion(study, manifest)
    if reason is not None:
        refuse(session, row.id, reason, at=at)
    return row


def _exclusion(study: StudyRow, manifest: Manifest) -> Message | None:
    """Gives what whoever brought the study said of the patient that the bundle is not for."""
    for code in manifest.exclusions:
        if code in (study.exclusions or ()):
            return Message("outside-intended-use", {"exclusion": code}, manifest.name)
    return None
