"""What is done once a study that somebody sent seems to be here whole."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.arrivals import BY_STOW, Arrival, complete_arrival, quiet_arrivals
from condyle.archive.studies import get_study
from condyle.workflows.clinic.queueing import queue_for_study

OnComplete = Callable[[Archive, int, str], None]
"""Called with the archive, the study's row and the AE title of who sent it, once nothing of the
study has come for the quiet period. It may be called again: after a crash, and after images that
came late; so doing it twice must change nothing."""

_log = logging.getLogger(__name__)


def study_complete(archive: Archive, study_id: int, calling: str) -> None:
    """Queues the bundles for a study that came over the network."""
    queue_for_study(archive, study_id)


def complete_quiet(
    archive: Archive,
    *,
    quiet: dt.timedelta,
    on_complete: OnComplete = study_complete,
    called: str | None = None,
) -> int:
    """Takes for complete what has been quiet for long enough; gives how many studies.

    What is to be done is done before it is noted, so that a crash in between repeats it.

    Args:
        archive: Whose arrivals.
        quiet: Nothing of a study came for so long.
        on_complete: Told of each.
        called: Only what was called so; all where ``None``.
    """
    with archive.database.read() as session:
        before = archive.clock() - quiet
        found = quiet_arrivals(session, before=before, called=called)
    for arrival in found:
        on_complete(archive, arrival.study_id, arrival.calling)
        with archive.database.write() as session:
            done = complete_arrival(session, arrival, at=archive.clock())
            # Who stores by DICOMweb is a user, and noted as one with the instances.
            if done and arrival.called != BY_STOW:
                patient_id = get_study(session, arrival.study_id).patient_id
                audit.append(session, _act(archive, arrival, patient_id))
        _log.info("study %d is complete", arrival.study_id)
    return len(found)


def _act(archive: Archive, arrival: Arrival, patient_id: int) -> audit.Act:
    return audit.Act(
        at=archive.clock(),
        user_id=None,
        user_name="pacs",
        action="study.received",
        subject="study",
        subject_id=str(arrival.study_id),
        patient_id=patient_id,
        details={
            "calling": arrival.calling,
            "called": arrival.called,
            "instances": arrival.instance_count,
        },
    )
