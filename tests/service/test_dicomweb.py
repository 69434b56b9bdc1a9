from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.pixels.utils import pixel_array
from sqlalchemy import select
from sqlalchemy.event import listen
from tests.service.annotated import let_draw
from tests.service.conftest import Client, LogIn
from tests.service.dicomweb_client import datasets, parts, pixels
from tests.workflows.clinic.brought import Bringer, mr, picture, written

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry, Patient
from condyle.dicom import derived_uid

WEB = "/dicomweb"
OCTETS = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
STUDY, SERIES = derived_uid("s"), derived_uid("s", "e")
ONE = f"{WEB}/studies/{STUDY}/series/{SERIES}/instances/{derived_uid('s', 'e', '1')}"


@pytest.fixture
def bringer(archive: Archive) -> Bringer:
    return Bringer(archive)


def knee(n: int, **more: Any) -> bytes:
    tags = {
        "PatientName": "García^José",
        "SpecificCharacterSet": "ISO_IR 100",
        "StudyDate": "20240315",
        "StudyTime": "101112",
        "AccessionNumber": "ACC1",
        "PatientBirthDate": "19700101",
        "StudyDescription": "Knee",
        "SeriesDescription": "García pd fs",
        "InstanceNumber": n,
        "OperatorsName": "Nurse^Ann",
        "InstitutionName": "Hospital of the town",
    }
    return written(mr(str(n), **(tags | more)))


def path_of(header: pydicom.Dataset) -> str:
    return (
        f"{WEB}/studies/{header.StudyInstanceUID}/series/{header.SeriesInstanceUID}"
        f"/instances/{header.SOPInstanceUID}"
    )


def test_studies_series_and_instances_are_found_from_the_top_down(
    clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({str(n): knee(n) for n in (3, 1, 2)})
    (study,) = datasets(clinician.get(f"{WEB}/studies"))
    assert study.StudyInstanceUID == STUDY and study.PatientName == "García^José"
    assert (study.PatientID, study.AccessionNumber) == ("ID-s", "ACC1")
    assert (study.StudyDate, study.StudyTime) == ("20240315", "101112")
    assert study.ModalitiesInStudy == "MR" and study.PatientBirthDate == "19700101"
    assert (study.NumberOfStudyRelatedSeries, study.NumberOfStudyRelatedInstances) == (1, 3)
    (series,) = datasets(clinician.get(f"{WEB}/studies/{STUDY}/series"))
    assert (series.Modality, series.SeriesNumber) == ("MR", 1)
    assert series.NumberOfSeriesRelatedInstances == 3
    instances = datasets(clinician.get(f"{WEB}/studies/{STUDY}/series/{SERIES}/instances"))
    assert [one.InstanceNumber for one in instances] == [1, 2, 3]
    assert {(one.Rows, one.Columns, one.BitsAllocated) for one in instances} == {(20, 24, 16)}
    assert series.RetrieveURL.endswith(f"{WEB}/studies/{STUDY}/series/{SERIES}")


FOUND = {
    "PatientID=ID-s": 1,
    "PatientID=id-S": 0,
    "PatientID=ID-*": 2,
    "PatientID=ID-?": 2,
    "PatientID=ID_?": 0,
    "PatientName=garcia*": 1,
    "PatientName=García^José": 1,
    "PatientName=GARC%C3%8DA^*": 1,
    "PatientName=Garc?a^J*": 1,
    "PatientName=*jose": 1,
    "PatientName=gar": 0,
    "00100010=garcia*": 1,
    "StudyDate=20240315": 1,
    "StudyDate=20240101-20241231": 1,
    "StudyDate=-20200101": 1,
    "StudyDate=20240316-": 0,
    "AccessionNumber=ACC1": 1,
    "AccessionNumber=ACC*": 2,
    "ModalitiesInStudy=MR": 2,
    "ModalitiesInStudy=CT": 0,
    "ModalitiesInStudy=CT,MR": 2,
    f"StudyInstanceUID={STUDY}": 1,
    f"StudyInstanceUID={STUDY},1.2.3": 1,
    "PatientName=*&AccessionNumber=": 2,
    "PatientName=garcia*&StudyDate=-20200101": 0,
    "AccessionNumber='; DROP TABLE studies;--": 0,
    "PatientName=%25": 0,
    "limit=1": 1,
    "limit=0": 0,
    "offset=1": 1,
    "offset=9": 0,
}
"""How many of the two studies below each search finds."""


def test_a_search_finds_what_meets_it(clinician: Client, bringer: Bringer) -> None:
    other = written(
        mr(study="t", PatientName="Doe^Jane", StudyDate="20190101", AccessionNumber="ACC2")
    )
    bringer.bring({"a": knee(1), "b": other})
    answers = {query: clinician.get(f"{WEB}/studies?{query}") for query in FOUND}
    counts = {query: len(one.json()) if one.content else 0 for query, one in answers.items()}
    assert counts == FOUND
    assert {one.status_code for query, one in answers.items() if not FOUND[query]} == {204}


def test_paging_goes_through_everything_once_and_says_when_there_is_more(
    clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({str(n): written(mr(study=f"s{n}")) for n in range(5)})
    pages = [clinician.get(f"{WEB}/studies?limit=2&offset={at}") for at in (0, 2, 4)]
    uids = [one.StudyInstanceUID for page in pages for one in datasets(page)]
    assert len(uids) == len(set(uids)) == 5
    assert ["299" in page.headers.get("warning", "") for page in pages] == [True, True, False]


def test_what_is_not_supported_is_ignored_with_a_warning(
    clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1)})
    for query in ["PatientComments=x", "Nonsense=1"]:
        answer = clinician.get(f"{WEB}/studies?{query}")
        assert answer.status_code == 200 and "ignored" in answer.headers["warning"]


def test_a_search_that_makes_no_sense_is_refused(clinician: Client) -> None:
    for query in (
        "StudyDate=yesterday",
        "StudyDate=20241399",
        "StudyDate=-",
        "limit=-1",
        "limit=x",
        "offset=99999999999",
        "StudyInstanceUID=../..",
        "PatientName=%00",
        "PatientName=" + "x" * 300,
        "ModalitiesInStudy=<script>",
    ):
        assert clinician.get(f"{WEB}/studies?{query}").status_code == 422, query


def test_series_and_instances_are_found_by_their_own_attributes(
    clinician: Client, bringer: Bringer
) -> None:
    sr = written(mr("9", series="sr", Modality="SR", SeriesNumber=5, InstanceNumber=9))
    bringer.bring({"a": knee(1), "b": knee(2), "c": sr})
    (series,) = datasets(clinician.get(f"{WEB}/series?Modality=SR"))
    assert series.SeriesNumber == 5 and series.PatientID == "ID-s"
    (found,) = datasets(clinician.get(f"{WEB}/instances?InstanceNumber=2"))
    assert found.SOPInstanceUID == derived_uid("s", "e", "2")
    assert len(datasets(clinician.get(f"{WEB}/studies/{STUDY}/instances"))) == 3
    (found,) = datasets(clinician.get(f"{WEB}/studies/{STUDY}/series?SeriesNumber=1"))
    assert found.SeriesInstanceUID == SERIES


def test_metadata_is_the_header_without_bulk_data(clinician: Client, bringer: Bringer) -> None:
    bringer.bring({str(n): knee(n) for n in (2, 1)})
    for path in (f"{WEB}/studies/{STUDY}", f"{WEB}/studies/{STUDY}/series/{SERIES}"):
        found = datasets(clinician.get(f"{path}/metadata"))
        assert [one.InstanceNumber for one in found] == [1, 2]
    (one,) = datasets(clinician.get(f"{ONE}/metadata"))
    assert one.PatientName == "García^José" and one.BitsStored == 16
    assert "PixelData" not in one and one.AvailableTransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_metadata_of_many_instances_is_one_array_in_order(
    clinician: Client, bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.service.dicomweb.stored._AT_ONCE", 7)
    bringer.bring({str(n): knee(n) for n in range(1, 41)})
    found = clinician.get(f"{WEB}/studies/{STUDY}/metadata").json()
    assert [one["00200013"]["Value"][0] for one in found] == list(range(1, 41))


FILES = [
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jp2klossless.dcm",
    "image_dfl.dcm",
    "rtdose.dcm",
    "rtdose_expb.dcm",
    "rtdose_rle.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
]


def stored(clinician: Client, bringer: Bringer, content: bytes) -> pydicom.Dataset:
    """Brings one file, and gives its metadata as a client reads it."""
    rows = bringer.bring({"a": content})
    assert [row.state for row in rows.values()] == ["stored"]
    (found,) = datasets(clinician.get(f"{WEB}/instances"))
    (header,) = datasets(clinician.get(f"{path_of(found)}/metadata"))
    return header


@pytest.mark.parametrize("name", FILES)
def test_frames_decode_by_the_metadata_to_the_pixels_that_were_brought(
    clinician: Client, bringer: Bringer, name: str
) -> None:
    content = Path(get_testdata_file(name)).read_bytes()
    header, original = stored(clinician, bringer, content), pydicom.dcmread(io.BytesIO(content))
    for index in range(int(header.get("NumberOfFrames", 1))):
        answer = clinician.get(f"{path_of(header)}/frames/{index + 1}", headers={"Accept": OCTETS})
        ((kind, frame),) = parts(answer)
        shown = pixels(header, kind, frame)
        np.testing.assert_array_equal(shown, pixel_array(original, index=index, raw=True))


@pytest.mark.needs("data")
def test_frames_of_real_big_endian_slices_decode_to_their_pixels(
    clinician: Client, bringer: Bringer, data_folder: Path
) -> None:
    found = (path for path in sorted((data_folder / "knee-mese-dicom").rglob("*")))
    path = next(one for one in found if one.is_file() and one.read_bytes()[128:132] == b"DICM")
    header = stored(clinician, bringer, path.read_bytes())
    ((kind, frame),) = parts(clinician.get(f"{path_of(header)}/frames/1"))
    np.testing.assert_array_equal(
        pixels(header, kind, frame), pixel_array(pydicom.dcmread(path), raw=True)
    )


def test_several_frames_come_in_the_order_asked_for(clinician: Client, bringer: Bringer) -> None:
    content = Path(get_testdata_file("rtdose.dcm")).read_bytes()
    header = stored(clinician, bringer, content)
    answer = parts(clinician.get(f"{path_of(header)}/frames/3,1"))
    single = [parts(clinician.get(f"{path_of(header)}/frames/{n}"))[0] for n in (3, 1)]
    assert answer == single and answer[0] != answer[1]


@pytest.mark.parametrize(
    ("name", "accept", "kind"),
    [
        ("MR_small.dcm", OCTETS, "application/octet-stream"),
        ("MR_small.dcm", "*/*", "application/octet-stream"),
        ("MR_small.dcm", "", "application/octet-stream"),
        ("MR_small.dcm", "multipart/related", "application/octet-stream"),
        ("MR_small_jp2klossless.dcm", "*/*", "image/jp2"),
        ("MR_small_jp2klossless.dcm", OCTETS, "application/octet-stream"),
        ("MR_small_jp2klossless.dcm", 'multipart/related; type="image/jp2"', "image/jp2"),
        ("MR_small_jp2klossless.dcm", 'multipart/related; type="image/*"', "image/jp2"),
        ("MR_small_RLE.dcm", 'multipart/related; type="image/dicom-rle"', "image/dicom-rle"),
        (
            "MR_small.dcm",
            'multipart/related; type="image/jp2", multipart/related;'
            ' type="application/octet-stream"; q=0.5',
            "application/octet-stream",
        ),
    ],
)
def test_frames_come_in_the_way_that_the_client_takes(
    clinician: Client, bringer: Bringer, name: str, accept: str, kind: str
) -> None:
    header = stored(clinician, bringer, Path(get_testdata_file(name)).read_bytes())
    answer = clinician.get(f"{path_of(header)}/frames/1", headers={"Accept": accept})
    ((told, _),) = parts(answer)
    assert told.split(";")[0] == kind
    assert f'type="{kind}"' in answer.headers["content-type"]


def test_a_single_frame_comes_alone_where_that_is_asked_for(
    clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1)})
    headers = {"Accept": "application/octet-stream"}
    answer = clinician.get(f"{ONE}/frames/1", headers=headers)
    assert answer.content == np.full((20, 24), 1, "<u2").tobytes()
    assert answer.headers["content-type"].startswith("application/octet-stream")


def test_what_the_client_does_not_take_is_not_given(clinician: Client, bringer: Bringer) -> None:
    bringer.bring({"a": knee(1)})
    for path, accept in (
        ("frames/1", "image/png"),
        ("frames/1", 'multipart/related; type="image/jp2"'),
        ("frames/1", f"{OCTETS[:-1]}1.2.840.10008.1.2.4.90"),
        ("frames/1", "*/*; q=0"),
        ("metadata", "application/dicom+xml"),
        ("metadata", "text/html"),
    ):
        answer = clinician.get(f"{ONE}/{path}", headers={"Accept": accept})
        assert answer.status_code == 406, accept


def test_a_frame_that_is_not_there_is_refused(clinician: Client, bringer: Bringer) -> None:
    bringer.bring({"a": knee(1)})
    for frames in ["0", "2", "1,2", "x", "1,,1", "-1", "1" * 9]:
        assert clinician.get(f"{ONE}/frames/{frames}").status_code == 422, frames


def test_an_instance_is_found_under_its_own_study_and_series_alone(
    clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1), "b": written(mr(study="t"))})
    wrong = ONE.replace(STUDY, derived_uid("t"))
    for path in ["", "/metadata", "/frames/1"]:
        assert clinician.get(wrong + path).status_code == 404
        assert clinician.get(ONE.replace(SERIES, "1.2.3") + path).status_code == 404
        assert b"Garc" not in clinician.get(ONE.replace(STUDY, "..%2F..") + path).content


@pytest.mark.parametrize(
    "accept", ["application/dicom", 'multipart/related; type="application/dicom"']
)
def test_a_whole_instance_is_given_as_it_came(
    clinician: Client, bringer: Bringer, accept: str
) -> None:
    content = knee(1)
    bringer.bring({"a": content})
    answer = clinician.get(ONE, headers={"Accept": accept})
    given = parts(answer)[0][1] if "multipart" in accept else answer.content
    assert given == content


def test_a_report_has_no_frames(clinician: Client, bringer: Bringer) -> None:
    content = Path(get_testdata_file("test-SR.dcm")).read_bytes()
    header = stored(clinician, bringer, content)
    answer = clinician.get(f"{path_of(header)}/frames/1")
    assert answer.status_code == 422 and answer.json()["failed"]


def test_a_picture_is_shown_by_its_derived_dicom(clinician: Client, bringer: Bringer) -> None:
    header = stored(clinician, bringer, picture(1))
    ((kind, frame),) = parts(clinician.get(f"{path_of(header)}/frames/1"))
    expected = np.random.default_rng(1).integers(0, 255, (40, 32), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(header, kind, frame), expected)
    assert "PixelSpacing" not in header and header.PhotometricInterpretation == "MONOCHROME2"


def test_an_object_that_lost_its_end_is_a_fault_and_no_picture(
    clinician: Client, bringer: Bringer, archive: Archive
) -> None:
    bringer.bring({"a": knee(1)})
    path = archive.objects.path(bringer.instances()[0].object)
    path.write_bytes(path.read_bytes()[:-100])
    assert clinician.get(f"{ONE}/frames/1").status_code == 500


IDENTIFYING = ["García", "Garc", "ID-s", "ACC1", "Nurse", "Hospital", "19700101", "Knee"]


@pytest.mark.parametrize("role", ["researcher", "annotator"])
def test_who_may_not_know_the_patient_sees_a_pseudonym_everywhere(
    log_in: LogIn, bringer: Bringer, archive: Archive, role: Any
) -> None:
    bringer.bring({"a": knee(1)})
    with archive.database.read() as session:
        pseudonym = session.scalars(select(Patient.pseudonym)).one()
    let_draw(archive, "annotator", study_id=1)
    client = log_in(role)
    for path in (
        f"{WEB}/studies",
        f"{WEB}/series",
        f"{WEB}/instances",
        f"{ONE}/metadata",
        f"{WEB}/studies/{STUDY}/metadata",
    ):
        answer = client.get(path)
        text = json.dumps(answer.json(), ensure_ascii=False)
        assert not [word for word in IDENTIFYING if word in text]
    (study,) = datasets(client.get(f"{WEB}/studies"))
    (header,) = datasets(client.get(f"{ONE}/metadata"))
    assert study.PatientName == header.PatientName == header.PatientID == pseudonym
    ((kind, frame),) = parts(client.get(f"{ONE}/frames/1"))
    assert pixels(header, kind, frame).shape == (20, 24)


@pytest.mark.parametrize(
    "query",
    ["PatientName=garcia*", "PatientID=ID-s", "AccessionNumber=ACC1", "StudyDescription=K*"],
)
def test_who_may_not_know_the_patient_cannot_find_out_by_asking(
    researcher: Client, bringer: Bringer, query: str
) -> None:
    bringer.bring({"a": knee(1)})
    assert researcher.get(f"{WEB}/studies?{query}").status_code == 204


def test_who_may_not_know_the_patient_finds_by_the_pseudonym(
    researcher: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1)})
    pseudonym = bringer.patients()[0].pseudonym
    assert len(datasets(researcher.get(f"{WEB}/studies?PatientID={pseudonym}"))) == 1


def test_who_may_not_know_the_patient_does_not_get_the_file(
    researcher: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1)})
    assert researcher.get(ONE).status_code == 403


def test_a_view_is_in_the_audit_log_once_and_not_a_frame(
    clinician: Client, bringer: Bringer, archive: Archive
) -> None:
    bringer.bring({str(n): knee(n) for n in (1, 2)})
    clinician.get(f"{WEB}/studies/{STUDY}/metadata")
    for n in ("1", "2", "1"):
        clinician.get(
            f"{WEB}/studies/{STUDY}/series/{SERIES}/instances/{derived_uid('s', 'e', n)}/frames/1"
        )
    clinician.get(ONE)
    with archive.database.read() as session:
        acts = [row.action for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert acts.count("study.viewed") == 1 and acts.count("instance.exported") == 1


def test_nobody_sees_anything_without_logging_in(browser: Any, bringer: Bringer) -> None:
    bringer.bring({"a": knee(1)})
    for path in [f"{WEB}/studies", f"{ONE}/frames/1", f"{ONE}/metadata", ONE]:
        assert browser().get(path).status_code == 401


def test_pixels_that_name_the_patient_are_kept_from_who_may_not_know(
    researcher: Client, clinician: Client, bringer: Bringer
) -> None:
    bringer.bring({"a": knee(1, BurnedInAnnotation="YES")})
    assert researcher.get(f"{ONE}/frames/1").status_code == 403
    assert clinician.get(f"{ONE}/frames/1").status_code == 200


def test_a_frame_costs_one_look_up_beside_who_asks(
    clinician: Client, bringer: Bringer, archive: Archive
) -> None:
    bringer.bring({str(n): knee(n) for n in (1, 2)})
    clinician.get(f"{ONE}/frames/1")
    asked: list[str] = []
    listen(archive.database.engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    address = ONE.replace(derived_uid("s", "e", "1"), derived_uid("s", "e", "2"))
    assert clinician.get(f"{address}/frames/1").status_code == 200
    looked_up = [one for one in asked if one.startswith("SELECT") and "login_sessions" not in one]
    assert len(looked_up) == 1 and "instances" in looked_up[0]
    assert len(asked) <= 2 + sum(one.startswith("BEGIN") for one in asked)
