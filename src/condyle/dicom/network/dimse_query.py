"""C-ECHO and C-FIND of the study root (PS3.4 Annexes A and C)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import build_context

from condyle.dicom.header import without_remarks
from condyle.dicom.network.association import associated, lost
from condyle.dicom.network.found import (
    SERIES_RETURNED,
    STUDY_RETURNED,
    Filters,
    FoundInstance,
    FoundSeries,
    FoundStudy,
    instance_of,
    series_of,
    study_of,
)
from condyle.dicom.network.peer import DimsePeer
from condyle.dicom.network.status import CANCELLED, PENDING, is_done, status_error

VERIFICATION = "1.2.840.10008.1.1"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
MOST_ANSWERS = 10_000
"""Answers that one search takes at most; what is beyond is told by ``Answers.more``."""


def echo(peer: DimsePeer) -> None:
    """Asks whether the peer is there (C-ECHO, PS3.4 A.4).

    Raises:
        PeerError: It is not, or refuses.
    """
    failed = f"The peer '{peer.name}' was not verified."
    with associated(peer, [build_context(VERIFICATION)], failed=failed) as association:
        answer = association.send_c_echo()
        code = _code(peer, answer, failed)
        if not is_done(code):
            raise status_error(code, failed=failed, peer=peer.name)


def find_studies(peer: DimsePeer, filters: Filters, limit: int = MOST_ANSWERS) -> list[FoundStudy]:
    """Finds studies.

    Args:
        peer: Who is asked.
        filters: What they must have.
        limit: Answers at most; the search is cancelled there.

    Raises:
        PeerError: It cannot be reached, or answers with a failure.
    """
    asked = _asked("STUDY", filters, STUDY_RETURNED)
    return [one for found in _find(peer, asked, limit) if (one := study_of(found)) is not None]


def find_series(peer: DimsePeer, filters: Filters, limit: int = MOST_ANSWERS) -> list[FoundSeries]:
    """Finds the series of one study, which ``filters.study`` names."""
    asked = _asked("SERIES", Filters(study=filters.study, series=filters.series), SERIES_RETURNED)
    asked.Modality = filters.modality
    found = (series_of(one, filters.study) for one in _find(peer, asked, limit))
    return [one for one in found if one is not None]


def find_instances(peer: DimsePeer, filters: Filters) -> list[FoundInstance]:
    """Finds the instances of one study, or of one series of it."""
    series = [filters.series] if filters.series else [s.uid for s in find_series(peer, filters)]
    found: dict[str, FoundInstance] = {}
    for uid in series:
        asked = _asked("IMAGE", Filters(study=filters.study, series=uid), ("InstanceNumber",))
        asked.SOPInstanceUID = asked.SOPClassUID = ""
        for answer in _find(peer, asked, limit=0):
            one = instance_of(answer, filters.study, uid)
            if one is not None:
                found[one.uid] = one
    return list(found.values())


def _asked(level: str, filters: Filters, returned: Sequence[str]) -> Dataset:
    """Gives an identifier of the study root (PS3.4 C.6.2.1), its text in UTF-8."""
    asked = Dataset()
    asked.SpecificCharacterSet = "ISO_IR 192"
    asked.QueryRetrieveLevel = level
    asked.StudyInstanceUID = filters.study
    for keyword in returned:
        setattr(asked, keyword, None)
    if level == "STUDY":
        asked.PatientID = filters.patient_id
        asked.PatientName = filters.patient_name
        asked.StudyDate = filters.dates
        asked.AccessionNumber = filters.accession
        asked.ModalitiesInStudy = filters.modality
        asked.StudyDescription = filters.description
    else:
        asked.SeriesInstanceUID = filters.series
    if level == "SERIES":
        asked.Modality = ""
    return asked


def _find(peer: DimsePeer, asked: Dataset, limit: int) -> Iterator[Dataset]:
    failed = f"The peer '{peer.name}' was not searched."
    with associated(peer, [build_context(FIND, list(SYNTAXES))], failed=failed) as association:
        with without_remarks():
            answers = association.send_c_find(asked, FIND, msg_id=1)
        count = 0
        for status, found in answers:
            code = _code(peer, status, failed)
            if code in PENDING:
                count += 1
                if found is not None and (not limit or count <= limit):
                    yield found
                if count == limit + 1 and limit:
                    association.send_c_cancel(1, None, FIND)
            elif not is_done(code) and not (code == CANCELLED and 0 < limit < count):
                raise status_error(code, failed=failed, peer=peer.name)


def _code(peer: DimsePeer, answer: Any, failed: str) -> int:
    if answer is None or "Status" not in answer:
        raise lost(peer, failed)
    return int(answer.Status)
