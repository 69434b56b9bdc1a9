"""That somebody looked at a patient is written into the audit log once, not with each image."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING

from condyle.archive import audit
from condyle.archive.teaching_aid import mark_aided, under_way
from condyle.service.access import Permission

if TYPE_CHECKING:
    from condyle.service.deps import Deps
    from condyle.service.security.actor import Actor

_MOST = 100_000


class SeenOnce:
    """Remembers what was seen before, for as much as it has room for."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._seen: OrderedDict[Hashable, None] = OrderedDict()

    def is_new(self, key: Hashable) -> bool:
        """Says whether a key was not seen before; from now on it was."""
        with self._lock:
            if key in self._seen:
                self._seen.move_to_end(key)
                return False
            self._seen[key] = None
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
            return True

    def forget(self, key: Hashable) -> None:
        """Makes a key new again."""
        with self._lock:
            self._seen.pop(key, None)


def note_view(
    deps: Deps, actor: Actor, *, study_id: int, patient_id: int, images: bool = False
) -> None:
    """Writes into the audit log that somebody sees a study, once a log-in and study.

    Call it before anything of the study is given; it opens a transaction of its own, so not
    within one. Of a learner who reads the study as a case it is kept that they had help, but
    where only ``images`` are given, which the case's own page shows.
    """
    if not images:
        _note_aid(deps, actor, patient_id)
    _note(deps, actor, ("study", study_id), patient_id)


def note_patient_view(deps: Deps, actor: Actor, patient_id: int) -> None:
    """Writes into the audit log that somebody sees a patient, once a log-in and patient.

    Call it as ``note_view``.
    """
    _note_aid(deps, actor, patient_id)
    _note(deps, actor, ("patient", patient_id), patient_id)


def _note_aid(deps: Deps, actor: Actor, patient_id: int) -> None:
    if not actor.may(Permission.LEARN):
        return
    with deps.archive.database.read() as session:
        if not under_way(session, patient_id, actor.user_id):
            return
    with deps.archive.database.write() as session:
        mark_aided(session, patient_id, user_id=actor.user_id, user_name=actor.name, at=deps.now())


def _note(deps: Deps, actor: Actor, what: tuple[str, int], patient_id: int) -> None:
    subject, number = what
    key = (actor.credential, subject, number)
    if not deps.viewed.is_new(key):
        return
    act = actor.act(deps.now(), f"{subject}.viewed", subject=subject, subject_id=str(number))
    try:
        with deps.archive.database.write() as session:
            audit.append(session, act.of_patient(patient_id))
    except Exception:
        deps.viewed.forget(key)
        raise
