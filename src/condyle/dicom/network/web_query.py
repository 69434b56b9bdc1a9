"""QIDO-RS of another system (PS3.18 10.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydicom.dataset import Dataset

from condyle.dicom.header import without_remarks
from condyle.dicom.network.dimse_query import MOST_ANSWERS
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
from condyle.dicom.network.peer import WebPeer
from condyle.dicom.network.web_session import client_of, web_session
from condyle.dicom.values import BROKEN

_PAGE = 1000


def echo(peer: WebPeer) -> None:
    """Asks whether the peer is there, by a search for at most one study.

    Raises:
        PeerError: It is not, or refuses.
    """
    with web_session(peer, f"The peer '{peer.name}' was not verified.") as session:
        client_of(peer, session).search_for_studies(limit=1)


def find_studies(peer: WebPeer, filters: Filters, limit: int = MOST_ANSWERS) -> list[FoundStudy]:
    """Finds studies; see ``dimse_query.find_studies``."""
    asked = {
        "PatientID": filters.patient_id,
        "PatientName": filters.patient_name,
        "StudyDate": filters.dates,
        "AccessionNumber": filters.accession,
        "ModalitiesInStudy": filters.modality,
        "StudyDescription": filters.description,
        "StudyInstanceUID": filters.study,
    }
    returned = [*STUDY_RETURNED, "StudyDescription", "ModalitiesInStudy"]
    with web_session(peer, f"The peer '{peer.name}' was not searched.") as session:
        search = client_of(peer, session).search_for_studies
        answers = _pages(search, limit, fields=returned, search_filters=_said(asked))
        return [one for found in answers if (one := study_of(found)) is not None]


def find_series(peer: WebPeer, filters: Filters, limit: int = MOST_ANSWERS) -> list[FoundSeries]:
    """Finds the series of one study, which ``filters.study`` names."""
    asked = _said({"SeriesInstanceUID": filters.series, "Modality": filters.modality})
    with web_session(peer, f"The peer '{peer.name}' was not searched.") as session:
        client = client_of(peer, session)

        def search(**options: Any) -> list[dict[str, Any]]:
            return client.search_for_series(filters.study, **options)

        answers = _pages(search, limit, fields=list(SERIES_RETURNED), search_filters=asked)
        found = (series_of(one, filters.study) for one in answers)
        return [one for one in found if one is not None]


def find_instances(peer: WebPeer, filters: Filters) -> list[FoundInstance]:
    """Finds the instances of one study, or of one series of it."""
    series = [filters.series] if filters.series else [s.uid for s in find_series(peer, filters)]
    found: dict[str, FoundInstance] = {}
    with web_session(peer, f"The peer '{peer.name}' was not searched.") as session:
        client = client_of(peer, session)
        for uid in series:

            def search(uid: str = uid, **options: Any) -> list[dict[str, Any]]:
                return client.search_for_instances(filters.study, uid, **options)

            for answer in _pages(search, 0, fields=["SOPClassUID"], search_filters={}):
                one = instance_of(answer, filters.study, uid)
                if one is not None:
                    found[one.uid] = one
    return list(found.values())


def _pages(search: Any, limit: int, **options: Any) -> Iterator[Dataset]:
    """Asks page after page, until one brings nothing new."""
    seen: set[str] = set()
    while not limit or len(seen) < limit:
        page = _PAGE if not limit else min(_PAGE, limit - len(seen))
        answers = search(limit=page, offset=len(seen), **options)
        if not isinstance(answers, list):
            raise ValueError("an answer that is no list")
        new = {text: one for one in answers if (text := json.dumps(one)) not in seen}
        seen.update(new)
        yield from _datasets(new)
        if not new:  # a page may be shorter than asked for by a limit of the peer's own
            return


def _datasets(answers: Iterable[str]) -> Iterator[Dataset]:
    for answer in answers:
        try:
            with without_remarks():
                yield Dataset.from_json(answer)
        except BROKEN:
            continue


def _said(asked: Mapping[str, str]) -> dict[str, str]:
    return {keyword: value for keyword, value in asked.items() if value}
