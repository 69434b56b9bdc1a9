from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workflows.clinic.brought import Bringer, mr, new_archive, written

from condyle.dicom import derived_uid
from condyle.service.dicomweb.query import INSTANCE_KEYS, SERIES_KEYS, STUDY_KEYS, read_query
from condyle.service.dicomweb.search import Searcher
from condyle.service.dicomweb.stored import Place, headers, locate, patient_of, stored_frames

ALL = STUDY_KEYS | SERIES_KEYS | INSTANCE_KEYS


@pytest.fixture
def bringer(archive_url: str, tmp_path: Path) -> Iterator[Bringer]:
    bringer = Bringer(new_archive(archive_url, tmp_path))
    yield bringer
    bringer.archive.database.close()


def test_both_databases_find_the_same(bringer: Bringer) -> None:
    bringer.bring(
        {
            "a": written(mr("1", PatientName="Ñandú^Ana", StudyDate="20240101", SeriesNumber=2)),
            "b": written(mr("2", PatientName="Ñandú^Ana", InstanceNumber=2, SeriesNumber=2)),
            "c": written(mr("1", study="t", AccessionNumber="50%_a", StudyDate="20230101")),
        }
    )
    expected = {
        ("studies", "PatientName", "nandu*"): 1,
        ("studies", "PatientName", "ñandú^?na"): 1,
        ("studies", "PatientID", "ID-?"): 2,
        ("studies", "PatientID", "id-s"): 0,
        ("studies", "AccessionNumber", "50%_a"): 1,
        ("studies", "AccessionNumber", "50%*"): 1,
        ("studies", "AccessionNumber", "5*_A"): 1,
        ("studies", "AccessionNumber", "5?0*"): 0,
        ("studies", "StudyDate", "20230601-"): 1,
        ("studies", "ModalitiesInStudy", "MR,CT"): 2,
        ("series", "SeriesNumber", "2"): 1,
        ("instances", "InstanceNumber", "2"): 1,
        ("instances", "SOPInstanceUID", derived_uid("t", "e", "1")): 1,
        ("instances", "Modality", "MR"): 3,
    }
    found = {}
    with bringer.archive.database.read() as session:
        searcher = Searcher(session, "http://x", pseudonymous=False)
        for level, name, value in expected:
            query = read_query([(name, value)], ALL)
            found[level, name, value] = len(getattr(searcher, level)(query).documents)
    assert found == expected


def test_an_instance_is_located_with_its_frames_on_both_databases(bringer: Bringer) -> None:
    content = written(mr("1"))
    bringer.bring({"a": content})
    place = Place(derived_uid("s"), derived_uid("s", "e"), derived_uid("s", "e", "1"))
    with bringer.archive.database.read() as session:
        located = locate(session, place, user_id=1)
        assert patient_of(session, place)[:2] == (located.study_id, located.patient_id)
        assert not located.learnt
    frames = stored_frames(bringer.archive, place, located)
    ((start, length),) = frames.frames_at[0]
    assert content[start : start + length] == content[-length:]
    text = b"".join(headers(bringer.archive, Place(place.study), None))
    assert text.startswith(b"[{") and text.endswith(b"}]")
