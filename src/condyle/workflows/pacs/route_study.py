"""Routing a study of the archive once it is complete, and saying what would be done with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from condyle.archive.archive import Archive
from condyle.archive.arrivals import Arrival
from condyle.archive.studies import get_study
from condyle.archive.tables import SeriesRow, StudyRow
from condyle.bundle import installed_bundles
from condyle.dicom.instance_facts import InstanceFacts, instance_facts
from condyle.dicom.network.peer import Peer
from condyle.errors import BadConfiguration, BadImage, NothingReadable
from condyle.workflows.clinic.choose import choose_bundles
from condyle.workflows.clinic.queueing import queue_for_study
from condyle.workflows.clinic.received import anatomy_of
from condyle.workflows.pacs.configuration import read_configuration
from condyle.workflows.pacs.outbox import put_study
from condyle.workflows.pacs.peers import FILE as PEERS_FILE
from condyle.workflows.pacs.peers import read_peers
from condyle.workflows.pacs.routing import (
    FILE,
    Decision,
    Routing,
    SeriesFeatures,
    StudyFeatures,
    route,
)

_MOST_FILES = 100_000


@dataclass(frozen=True)
class Router:
    """What is done with a study that is complete: an ``OnComplete`` of the storage node.

    Attributes:
        routing: The rules, or ``None`` where there are none.
    """

    routing: Routing | None

    def __call__(self, archive: Archive, study_id: int, calling: str) -> None:
        """Queues the bundles that the rules name, and puts the study up for its peers.

        Doing it twice changes nothing: a bundle that has read the study as it is now is not
        queued again, and what is up for a peer is up once.
        """
        with archive.database.read() as session:
            features = features_of(session, study_id, calling)
        decision = route(self.routing, features)
        queue_decided(archive, study_id, decision)
        for peer in decision.forward:
            put_study(archive, study_id, peer)


@dataclass(frozen=True)
class RulesOf:
    """Does what ``Router`` does by the rules that a clinic's folder holds when a study comes.

    Attributes:
        home: The folder; without rules in it every bundle that fits reads every study.
    """

    home: Path

    def __call__(self, archive: Archive, study_id: int, calling: str) -> None:
        """Routes a study.

        Raises:
            BadConfiguration: The rules or the peers cannot be used; the study waits for them.
        """
        file = self.home / PEERS_FILE
        peers = read_peers(file) if file.exists() else {}
        Router(read_routing(routing_file(self.home), peers))(archive, study_id, calling)


def queue_decided(archive: Archive, study_id: int, decision: Decision) -> None:
    """Queues the bundles that a decision names; those that are not enabled are passed over."""
    if decision.bundles is None:
        queue_for_study(archive, study_id)
        return
    known = {one.manifest.name for one in installed_bundles(check_files=False)}
    for name in decision.bundles:
        if name in known:
            queue_for_study(archive, study_id, only=name)


def read_routing(path: Path, peers: Mapping[str, Peer] | None = None) -> Routing | None:
    """Reads the rules of a file; ``None`` where there is no file.

    Args:
        path: YAML.
        peers: Those that there are, to check against; ``None`` where they are not known.

    Raises:
        BadConfiguration: It does not fit, or names a bundle that gives no findings or is not
            installed, or a peer that is not listed; tells every fault with its place.
    """
    if not path.exists():
        return None
    routing = read_configuration(path, Routing, kind="routing rules")
    bundles = {
        one.bundle.manifest.name for one in choose_bundles(installed_bundles(check_files=False), {})
    }
    faults = []
    for at, rule in enumerate(routing.rules):
        named = rule.then.bundles if isinstance(rule.then.bundles, list) else []
        faults += [
            f"rules.{at}.then.bundles: no bundle '{one}' that gives findings"
            for one in named
            if one not in bundles
        ]
        faults += [
            f"rules.{at}.then.{key}: no peer '{one}'"
            for key, named_peers in (("forward", rule.then.forward), ("results", rule.then.results))
            for one in named_peers
            if peers is not None and one not in peers
        ]
    if faults:
        raise BadConfiguration(
            f"The routing rules in {path.name} cannot be used.",
            found="; ".join(faults),
            needed="names that 'condyle bundles list' and the list of peers show",
            mend="correct the file, or install the bundle.",
        )
    return routing


def routing_file(home: Path) -> Path:
    """Gives where the rules of a clinic lie."""
    return home / FILE


def features_of(session: Session, study_id: int, calling: str | None = None) -> StudyFeatures:
    """Gives what rules look at in a study of the archive.

    Args:
        session: Reads the archive.
        study_id: Row of the study.
        calling: Who sent it; ``None`` for the last one who did.
    """
    study = get_study(session, study_id)
    if calling is None:
        sent = select(Arrival.calling).where(Arrival.study_id == study_id)
        calling = session.scalar(sent.order_by(Arrival.last_at.desc()).limit(1)) or ""
    rows = session.scalars(
        select(SeriesRow).where(SeriesRow.study_id == study_id).order_by(SeriesRow.id)
    )
    series = tuple(SeriesFeatures(one.modality, one.description, one.body_part) for one in rows)
    return StudyFeatures(calling, study.source, study.description, study.anatomy or "", series)


def study_named(session: Session, name: str) -> int | None:
    """Gives the row of a study of the archive by its number or its Study Instance UID."""
    if name.isascii() and name.isdigit() and len(name) < 10:
        found = session.get(StudyRow, int(name))
        if found is not None:
            return found.id
    return session.scalar(select(StudyRow.id).where(StudyRow.uid == name))


def features_of_path(path: Path, calling: str, source: str = "pacs") -> StudyFeatures:
    """Gives what rules would look at if the files of a folder arrived.

    Args:
        path: A folder, or one file.
        calling: AE title of who would send it.
        source: How it would come.

    Raises:
        NothingReadable: There is no DICOM file.
    """
    facts = list(_facts(path))
    if not facts:
        raise NothingReadable(
            "The study was not explained.",
            found="no DICOM file under that path",
            needed="a folder with a study, or the number or UID of one in the archive",
            mend="correct the path, or name a study of the archive.",
        )
    series = {one.series.uid: one.series for one in facts}
    anatomy = next(filter(None, (anatomy_of(one.body_part) for one in series.values())), "")
    return StudyFeatures(
        calling,
        source,
        facts[0].study.description,
        anatomy,
        tuple(
            SeriesFeatures(one.modality, one.description, one.body_part) for one in series.values()
        ),
    )


def _facts(path: Path) -> Sequence[InstanceFacts]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    found = []
    for file in files[:_MOST_FILES]:
        try:
            found.append(instance_facts(file))
        except (BadImage, OSError):
            continue
    return found
