"""Once a report is signed, its study's results go where the routing rules say."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from condyle.archive import audit
from condyle.archive.archive import Archive
from condyle.archive.network_tables import ResultsDue
from condyle.archive.results_out import (
    Cause,
    ask_results,
    due_results,
    end_due,
    put_off_due,
)
from condyle.archive.studies import get_study
from condyle.errors import CondyleError, Unavailable, place_of
from condyle.workflows.clinic.export import Export, export_act
from condyle.workflows.clinic.send_results import PutUp, put_results
from condyle.workflows.export_study import need_highdicom
from condyle.workflows.pacs.peers import FILE as PEERS_FILE
from condyle.workflows.pacs.peers import read_peers
from condyle.workflows.pacs.route_study import features_of, read_routing, routing_file
from condyle.workflows.pacs.routing import Decision, route

MOST_TRIES = 3
"""So often is made what breaks in a way that nobody foresaw."""

_log = logging.getLogger(__name__)


def ask_by_rules(
    session: Session, home: Path, study_id: int, cause: Cause, *, archive: Archive
) -> None:
    """Asks for a study's results to go where the rules say, in the transaction of who signs.

    Where a clinic has no rules nothing is asked: rules that it gets later are for what is
    signed later.

    Args:
        session: Of the signature.
        home: The clinic's folder.
        study_id: The study.
        cause: What was signed.
        archive: Whose clock tells the time.
    """
    if routing_file(home).is_file():
        ask_results(session, study_id, cause, at=archive.clock())


def put_signed(archive: Archive, home: Path, *, organization: str = "") -> int:
    """Puts up what is due for the peers that the rules name; call it again and again.

    Args:
        archive: Whose signed reports.
        home: The clinic's folder, with rules and peers.
        organization: Verifying organization of what goes out.

    Returns:
        How many objects are new in the outbox.

    Raises:
        BadConfiguration: The rules or peers cannot be used; what is due waits for them.
        MissingExtra: highdicom is not installed; what is due waits for it.
        Unavailable: The archive cannot be used now.
    """
    with archive.database.read() as session:
        due = due_results(session, at=archive.clock())
    if not due:
        return 0
    need_highdicom()
    listed = home / PEERS_FILE
    routing = read_routing(routing_file(home), read_peers(listed) if listed.is_file() else {})
    new = 0
    for one in due:
        with archive.database.read() as session:
            decision = route(routing, features_of(session, one.study_id))
        new += _Signed(archive, one, organization).put(decision)
    return new


@dataclass(frozen=True)
class _Signed:
    archive: Archive
    due: ResultsDue
    organization: str

    def put(self, decision: Decision) -> int:
        """Puts up what a decision names, and notes what became of it."""
        new = 0
        try:
            for peer, kinds in decision.results.items():
                wanted = Export(kinds=kinds, organization=self.organization)
                new += self._put(peer, wanted)
        except Unavailable:
            raise
        except CondyleError as error:
            self._end("refused", error.found or error.failed)
            return new
        except Exception as error:  # noqa: BLE001 - its words may identify, and would be logged
            self._put_off(place_of(error))
            return new
        self._end("done", ", ".join(decision.results))
        return new

    def _put(self, peer: str, wanted: Export) -> int:
        def note(session: Session, put: PutUp) -> None:
            if not put.new:
                return
            made = audit.system_act("routing")(
                self.archive.clock(),
                "study.sent",
                subject="study",
                subject_id=str(self.due.study_id),
                **export_act(put.objects),
                peer=peer,
                new=put.new,
                replaced=put.replaced,
                cause=self.due.cause,
            )
            patient = get_study(session, self.due.study_id).patient_id
            audit.append(session, made.of_patient(patient))

        return put_results(self.archive, self.due.study_id, peer, wanted, note=note).new

    def _end(self, state: Literal["done", "refused"], said: str) -> None:
        if state == "refused":
            _log.error("the results of study %d do not go out: %s", self.due.study_id, said)
        with self.archive.database.write() as session:
            end_due(session, self.due.id, state, said, at=self.archive.clock())

    def _put_off(self, said: str) -> None:
        at = self.archive.clock()
        with self.archive.database.write() as session:
            tries = put_off_due(session, self.due.id, said=said, at=at)
        if tries >= MOST_TRIES:
            self._end("refused", said)
