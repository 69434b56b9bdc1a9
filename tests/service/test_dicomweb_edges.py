"""The edges of DICOMweb: what a path holds to, pictures of studies that mix, bodies that break."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from sqlalchemy import select
from tests.dicom.network.made import STUDY, as_bytes, instance
from tests.service.annotated import let_draw
from tests.service.conftest import Client, LogIn
from tests.service.dicomweb_client import datasets, parts

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry

WEB = "/dicomweb"
ONE = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"
OTHER = "2.25.200"
HEAD = b"--e\r\nContent-Type: application/dicom\r\n\r\n"
KIND = 'multipart/related; type="application/dicom"; boundary=e'


def store(client: Client, contents: Sequence[bytes], **headers: str) -> Any:
    body = b"".join(HEAD + one + b"\r\n" for one in contents) + b"--e--"
    return client.post(f"{WEB}/studies", content=body, headers={"Content-Type": KIND} | headers)


def bring(client: Client, *instances: Dataset) -> None:
    assert store(client, [as_bytes(one) for one in instances]).status_code == 200


def found(answer: Any) -> int:
    return len(answer.json()) if answer.content else 0


def plain(number: int, value: int, **values: object) -> Dataset:
    """Gives an instance whose pixels are all of one value, in a window from 0 to 255."""
    one = instance(number, size=8, WindowCenter=128, WindowWidth=256, **values)
    one.PixelData = np.full(64, value, "<u2").tobytes()
    return one


def report(number: int, series: int = 2) -> Dataset:
    """Gives an instance without an image."""
    one = instance(number, series=series, Modality="SR")
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated"):
        delattr(one, keyword)
    return one


def grey(answer: Any) -> int:
    assert answer.status_code == 200, answer.text
    return int(np.median(np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))))


def acts(archive: Archive) -> list[tuple[str, Any]]:
    with archive.database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, row.details.get("instances")) for row in rows]


# Searching


def test_a_search_below_a_study_stays_in_it_however_long_the_address_is(clinician: Client) -> None:
    bring(clinician, instance(1), instance(1, study=OTHER))
    for many in (0, 99, 100, 150):
        query = "&".join(["includefield=Rows"] * many)
        for path in (f"/studies/{STUDY}/series", f"/studies/{STUDY}/instances"):
            (one,) = datasets(clinician.get(f"{WEB}{path}?{query}"))
            assert one.StudyInstanceUID == STUDY or "StudyInstanceUID" not in one


def test_what_an_address_asks_for_beyond_the_most_is_told_as_ignored(clinician: Client) -> None:
    bring(clinician, instance(1))
    answers = [
        clinician.get(f"{WEB}/studies?{'&'.join(['includefield=Rows'] * many)}")
        for many in (100, 101)
    ]
    assert ["ignored" in one.headers.get("warning", "") for one in answers] == [False, True]


def test_an_address_cannot_name_another_study_than_its_path(clinician: Client) -> None:
    bring(clinician, instance(1), instance(1, study=OTHER))
    asked = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances?StudyInstanceUID={OTHER}"
    (one,) = datasets(clinician.get(asked))
    assert one.SOPInstanceUID == f"{STUDY}.1.1"


def test_texts_with_accents_are_found_in_capitals_and_small_letters(clinician: Client) -> None:
    bring(clinician, instance(1, StudyDescription="COLUMNA EN EXTENSIÓN"))
    for asked in ("*EXTENSIÓN", "*extensión", "COLUMNA EN EXTENSI?N", "columna*"):
        params = {"StudyDescription": asked}
        assert found(clinician.get(f"{WEB}/studies", params=params)) == 1, asked
    assert found(clinician.get(f"{WEB}/studies", params={"StudyDescription": "*flexión"})) == 0


def test_fields_are_asked_for_by_keyword_or_tag_in_one_list_or_several(clinician: Client) -> None:
    bring(clinician, instance(1))
    lists = (
        "includefield=BitsStored,00280102",
        "includefield=BitsStored&includefield=HighBit",
        "includefield=00280101,HighBit,NoSuchField,,7777",
    )
    for query in lists:
        (one,) = datasets(clinician.get(f"{WEB}/studies?{query}"))
        assert (one.BitsStored, one.HighBit) == (16, 15), query
        assert "SamplesPerPixel" not in one, query


def test_a_field_that_identifies_is_kept_from_who_gets_pseudonyms_at_every_level(
    clinician: Client, researcher: Client
) -> None:
    bring(clinician, instance(1, OperatorsName="Nurse^Ann", PatientAddress="Main Street 1"))
    query = "includefield=OperatorsName,PatientAddress,PatientBirthDate,BitsStored"
    for level in ("studies", "series", "instances"):
        answer = researcher.get(f"{WEB}/{level}?{query}")
        assert answer.json()[0]["00280101"]["Value"] == [16]
        for word in ("Nurse", "Main", "19700504", "Example"):
            assert word not in answer.text, (level, word)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("PatientName=EXA&fuzzymatching=TRUE", 1),
        ("PatientName=exa", 0),
        ("PatientName=exa&fuzzymatching=false", 0),
        ("fuzzymatching=true&PatientName=Ána", 1),
        ("PatientName=an*%20ex?&fuzzymatching=true", 1),
        ("PatientName=%25&fuzzymatching=true", 1),
        ("PatientName=ana_&fuzzymatching=true", 1),
        ("PatientName=xample&fuzzymatching=true", 0),
        ("PatientID=P-1&fuzzymatching=true", 0),
    ],
)
def test_fuzzy_matching_folds_a_name_and_touches_nothing_else(
    clinician: Client, query: str, count: int
) -> None:
    bring(clinician, instance(1))
    assert found(clinician.get(f"{WEB}/studies?{query}")) == count


def test_a_limit_and_an_offset_hold_below_a_study_as_well(clinician: Client) -> None:
    bring(clinician, *(instance(number) for number in range(1, 6)))
    path = f"{WEB}/studies/{STUDY}/instances"
    pages = [clinician.get(f"{path}?limit=2&offset={at}") for at in (0, 2, 4, 6)]
    numbers = [[one.InstanceNumber for one in datasets(page)] for page in pages[:3]]
    assert numbers == [[1, 2], [3, 4], [5]]
    assert pages[3].status_code == 204
    assert ["more" in page.headers.get("warning", "") for page in pages] == [
        True,
        True,
        *[False] * 2,
    ]


@pytest.mark.parametrize("path", ["/studies", "/series", "/instances"])
def test_a_search_answers_in_the_json_that_is_taken_or_not_at_all(
    clinician: Client, path: str
) -> None:
    bring(clinician, instance(1))
    for accept, media in (
        ("application/json", "application/json"),
        ("application/dicom+json;q=0.2, application/json;q=0.1", "application/dicom+json"),
    ):
        answer = clinician.get(f"{WEB}{path}", headers={"Accept": accept})
        assert answer.headers["content-type"] == media
    for accept in ("application/dicom+xml", 'multipart/related; type="application/dicom+xml"'):
        assert clinician.get(f"{WEB}{path}", headers={"Accept": accept}).status_code == 406


# Pictures


def test_a_thumbnail_is_of_the_middle_image_of_the_series_with_most(clinician: Client) -> None:
    bring(
        clinician,
        *(plain(number, value) for number, value in ((1, 20), (2, 120), (3, 220))),
        plain(1, 60, series=3),
    )
    assert grey(clinician.get(f"{WEB}/studies/{STUDY}/thumbnail")) == pytest.approx(120, abs=4)
    small = f"{WEB}/studies/{STUDY}/series/{STUDY}.3/thumbnail"
    assert grey(clinician.get(small)) == pytest.approx(60, abs=4)


def test_a_study_with_more_reports_than_images_still_has_a_thumbnail(clinician: Client) -> None:
    bring(clinician, plain(1, 90), *(report(number) for number in (1, 2, 3)))
    assert grey(clinician.get(f"{WEB}/studies/{STUDY}/thumbnail")) == pytest.approx(90, abs=4)
    assert clinician.get(f"{WEB}/studies/{STUDY}/series/{STUDY}.2/thumbnail").status_code == 404


def test_what_has_no_picture_or_is_not_there_is_told_apart_from_a_fault(clinician: Client) -> None:
    bring(clinician, report(1))
    shown = f"{WEB}/studies/{STUDY}/series/{STUDY}.2/instances/{STUDY}.2.1"
    assert clinician.get(f"{shown}/rendered").status_code == 422
    for path in (
        f"{WEB}/studies/{STUDY}/thumbnail",
        f"{WEB}/studies/1.2.3/thumbnail",
        f"{WEB}/studies/{STUDY}/series/1.2.3/thumbnail",
        f"{shown}9/rendered",
    ):
        answer = clinician.get(path)
        assert answer.status_code == 404 and answer.json()["failed"], path


def test_each_frame_has_a_picture_of_its_own_and_those_beyond_have_none(clinician: Client) -> None:
    one = plain(1, 0, NumberOfFrames=3)
    one.PixelData = np.repeat(np.array([30, 130, 230], "<u2"), 64).tobytes()
    bring(clinician, one)
    for name in ("rendered", "thumbnail"):
        values = [grey(clinician.get(f"{ONE}/frames/{at}/{name}")) for at in (1, 2, 3)]
        assert values == pytest.approx([30, 130, 230], abs=4), name
        assert grey(clinician.get(f"{ONE}/{name}")) == pytest.approx(30, abs=4)
        for beyond in ("0", "4", "100001", "x", "1,2"):
            assert clinician.get(f"{ONE}/frames/{beyond}/{name}").status_code == 422, beyond


def test_a_window_of_the_address_goes_before_the_images_own(clinician: Client) -> None:
    bring(clinician, plain(1, 100))
    assert grey(clinician.get(f"{ONE}/rendered")) == pytest.approx(100, abs=2)
    assert grey(clinician.get(f"{ONE}/rendered?window=50,20")) == 255
    assert grey(clinician.get(f"{ONE}/rendered?window=150,20,linear-exact")) == 0
    assert grey(clinician.get(f"{ONE}/rendered?window=100,4,sigmoid")) == pytest.approx(128, abs=2)


def test_a_picture_whose_pixels_name_the_patient_is_for_who_may_know(
    clinician: Client, researcher: Client
) -> None:
    bring(clinician, plain(1, 100, BurnedInAnnotation="YES"))
    for path in (f"{ONE}/rendered", f"{WEB}/studies/{STUDY}/thumbnail"):
        assert researcher.get(path).status_code == 403, path
        assert clinician.get(path).status_code == 200, path


def test_who_draws_sees_pictures_of_their_own_cases_alone(
    clinician: Client, log_in: LogIn, archive: Archive
) -> None:
    bring(clinician, plain(1, 100))
    bring(clinician, plain(1, 100, study=OTHER))
    let_draw(archive, "annotator", study_id=1)
    annotator = log_in("annotator")
    paths = [f"{ONE}/rendered", f"{WEB}/studies/{STUDY}/thumbnail"]
    assert [annotator.get(path).status_code for path in paths] == [200, 200]
    others = [path.replace(STUDY, OTHER) for path in paths]
    assert [annotator.get(path).status_code for path in others] == [404, 404]


# Bulk data and files


@pytest.mark.parametrize(
    ("accept", "multipart"),
    [
        ("", False),
        ("application/octet-stream", False),
        ('multipart/related; type="application/octet-stream"', True),
        ('multipart/related; type="Application/Octet-Stream"', True),
        ("multipart/related", True),
        ("image/jpeg, multipart/related; q=0.1", True),
    ],
)
def test_bulk_data_come_alone_or_as_a_part_as_is_asked(
    clinician: Client, accept: str, multipart: bool
) -> None:
    one = instance(1)
    bring(clinician, one)
    answer = clinician.get(f"{ONE}/bulkdata/7FE00010", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("multipart/related") is multipart
    content = parts(answer)[0][1] if multipart else answer.content
    assert content == one.PixelData


def test_bulk_data_that_are_not_there_or_not_taken_are_refused(clinician: Client) -> None:
    bring(clinician, instance(1))
    for where in ("00420011", "7fe00010.1.00080018", "00081140.1.00081155", "00081140.0.00081155"):
        assert clinician.get(f"{ONE}/bulkdata/{where}").status_code == 404, where
    for where in ("7FE0001", "7FE0001G", "7FE00010.1", "7FE00010..1", "..%2F..%2Fetc"):
        assert clinician.get(f"{ONE}/bulkdata/{where}").status_code in (404, 422), where
    for accept in ("image/jpeg", 'multipart/related; type="image/jpeg"'):
        headers = {"Accept": accept}
        assert clinician.get(f"{ONE}/bulkdata/7FE00010", headers=headers).status_code == 406


def test_a_document_within_a_sequence_is_given_by_its_path(clinician: Client) -> None:
    inner = Dataset()
    inner.EncapsulatedDocument = b"%PDF-1.4\n\n" + bytes(range(256)) * 40
    inner["EncapsulatedDocument"].VR = "OB"
    bring(clinician, instance(1, ReferencedImageSequence=[Dataset(), inner]))
    answer = clinician.get(f"{ONE}/bulkdata/00081140.2.00420011")
    assert answer.content == inner.EncapsulatedDocument
    assert clinician.get(f"{ONE}/bulkdata/00081140.3.00420011").status_code == 404
    assert clinician.get(f"{ONE}/bulkdata/00081140.1.00420011").status_code == 404


@pytest.mark.parametrize("role", ["researcher", "annotator"])
def test_bytes_and_files_are_for_who_may_know_the_patient(
    clinician: Client, log_in: LogIn, role: Any
) -> None:
    bring(clinician, instance(1))
    client = log_in(role)
    for path in (f"{ONE}/bulkdata/7FE00010", f"{WEB}/studies/{STUDY}", ONE):
        assert client.get(path).status_code == 403, path


def test_a_study_is_given_in_parts_and_in_no_other_way(clinician: Client, archive: Archive) -> None:
    bring(clinician, instance(1))
    for accept in ("application/dicom", "image/png", 'multipart/related; type="image/png"'):
        answer = clinician.get(f"{WEB}/studies/{STUDY}", headers={"Accept": accept})
        assert answer.status_code == 406, accept
    assert "instance.exported" not in dict(acts(archive))
    for path in ("/studies/1.2.3", f"/studies/{STUDY}/series/1.2.3"):
        assert clinician.get(f"{WEB}{path}").status_code == 404


def test_a_compressed_file_is_given_as_it_is_beside_others(clinician: Client) -> None:
    path = get_testdata_file("MR_small_RLE.dcm")
    assert isinstance(path, str)
    content = Path(path).read_bytes()
    assert store(clinician, [content]).status_code == 200
    (study,) = datasets(clinician.get(f"{WEB}/studies"))
    ((kind, given),) = parts(clinician.get(f"{WEB}/studies/{study.StudyInstanceUID}"))
    assert given == content and kind.endswith("1.2.840.10008.1.2.5")


# Storing


def test_a_part_that_is_no_dicom_by_its_name_ends_the_body_and_keeps_what_came_before(
    clinician: Client, archive: Archive
) -> None:
    other = HEAD.replace(b"application/dicom", b"image/jpeg")
    body = HEAD + as_bytes(instance(1)) + b"\r\n" + other + b"x\r\n--e--"
    answer = clinician.post(f"{WEB}/studies", content=body, headers={"Content-Type": KIND})
    assert answer.status_code == 415
    assert found(clinician.get(f"{WEB}/instances")) == 1
    assert ("study.received", 1) in acts(archive)


def test_what_a_broken_body_brought_is_in_the_audit_log(
    clinician: Client, archive: Archive
) -> None:
    body = HEAD + as_bytes(instance(1)) + b"\r\n" + HEAD + as_bytes(instance(2))[:300]
    answer = clinician.post(f"{WEB}/studies", content=body, headers={"Content-Type": KIND})
    assert answer.status_code == 422
    assert ("study.received", 1) in acts(archive)


def test_a_body_without_a_part_is_refused(clinician: Client, archive: Archive) -> None:
    answer = clinician.post(f"{WEB}/studies", content=b"--e--", headers={"Content-Type": KIND})
    assert answer.status_code in (400, 422)
    assert "study.received" not in dict(acts(archive))


def test_a_part_without_headers_and_words_around_the_parts_hinder_nothing(
    clinician: Client,
) -> None:
    contents = [as_bytes(instance(number)) for number in (1, 2)]
    body = b"a preamble\r\n--e\r\n\r\n" + contents[0] + b"\r\n" + HEAD + contents[1]
    body += b"\r\n--e--\r\nan epilogue"
    answer = clinician.post(f"{WEB}/studies", content=body, headers={"Content-Type": KIND})
    assert answer.status_code == 200, answer.text
    whole = clinician.get(f"{WEB}/studies/{STUDY}")
    assert [content for _, content in parts(whole)] == contents


def test_the_answer_names_where_each_instance_is_and_the_study_where_there_is_one(
    clinician: Client,
) -> None:
    alone = store(clinician, [as_bytes(instance(1))]).json()
    both = [as_bytes(instance(2)), as_bytes(instance(1, study=OTHER))]
    several = store(clinician, both).json()
    assert alone["00081190"]["Value"][0].endswith(f"{WEB}/studies/{STUDY}")
    assert "00081190" not in several
    items = several["00081199"]["Value"]
    for item in items:
        path = WEB + item["00081190"]["Value"][0].partition(WEB)[2]
        assert clinician.get(f"{path}/metadata").status_code == 200
    assert len(items) == 2


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(clinician: Client) -> None:
    answer = store(clinician, [as_bytes(instance(1))], **{"Content-Length": str(1 << 50)})
    assert answer.status_code == 413
    assert clinician.get(f"{WEB}/studies").status_code == 204
