"""What is stored by DICOMweb comes back bit for bit to who may see it; each is answered for."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from fastapi import FastAPI
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from sqlalchemy import select
from tests.dicom.network.made import NAMES, STUDY, a_study, as_bytes, instance
from tests.running_orthanc import RunningOrthanc
from tests.service.conftest import Client, LogIn
from tests.service.dicomweb_client import parts
from tests.service.served import served

from condyle.archive.archive import Archive
from condyle.archive.tables import AuditEntry
from condyle.service.dicomweb.storing import _LARGE

WEB = "/dicomweb"
ALL = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def stow(client: Client, contents: Sequence[bytes], path: str = "/studies", **more: str) -> Any:
    edge = b"between-the-parts"
    body = b"".join(
        b"--" + edge + b"\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n"
        for one in contents
    )
    kind = f'multipart/related; type="application/dicom"; boundary={edge.decode()}'
    headers = {"Content-Type": kind} | more
    return client.post(f"{WEB}{path}", content=body + b"--" + edge + b"--", headers=headers)


def uids(answer: Any, tag: str) -> set[str]:
    items = answer.json().get(tag, {}).get("Value", [])
    return {item["00081155"]["Value"][0] for item in items}


def reasons(answer: Any, tag: str = "00081198") -> list[int]:
    items = answer.json().get(tag, {}).get("Value", [])
    return [item["00081197"]["Value"][0] for item in items]


def test_instances_that_are_stored_come_back_bit_for_bit_however_they_are_asked_for(
    clinician: Client,
) -> None:
    study = a_study(20)
    sent = {as_bytes(one) for one in study}

    answer = stow(clinician, list(sent))

    assert answer.status_code == 200
    assert uids(answer, "00081199") == {str(one.SOPInstanceUID) for one in study}
    whole = clinician.get(f"{WEB}/studies/{STUDY}", headers={"Accept": ALL})
    assert {content for _, content in parts(whole)} == sent
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    series = clinician.get(f"{WEB}/studies/{STUDY}/series/{STUDY}.1", headers={"Accept": ALL})
    first = [content for _, content in parts(series)]
    assert set(first) == {as_bytes(one) for one in study[:10]}
    assert first == sorted(first, key=lambda c: dcmread(io.BytesIO(c)).InstanceNumber)
    one = study[0]
    path = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances/{one.SOPInstanceUID}"
    ((_, content),) = parts(clinician.get(path, headers={"Accept": ALL}))
    assert content == as_bytes(one)


def test_each_part_names_the_syntax_that_it_is_in_and_others_are_left_out(
    clinician: Client,
) -> None:
    stow(clinician, [as_bytes(one) for one in a_study()])
    implicit = ALL.replace("*", "1.2.840.10008.1.2")

    some = clinician.get(f"{WEB}/studies/{STUDY}", headers={"Accept": implicit})
    none = clinician.get(
        f"{WEB}/studies/{STUDY}", headers={"Accept": ALL.replace("*", "1.2.840.10008.1.2.4.90")}
    )

    assert some.status_code == 206
    assert some.content.count(b"transfer-syntax=1.2.840.10008.1.2\r\n") == 3
    assert none.status_code == 406


def test_a_large_instance_comes_back_as_it_was_sent(clinician: Client) -> None:
    content = as_bytes(instance(1, size=2200))
    assert len(content) > _LARGE

    assert stow(clinician, [content]).status_code == 200

    back = clinician.get(f"{WEB}/studies/{STUDY}", headers={"Accept": ALL})
    assert [one for _, one in parts(back)] == [content]


def test_storing_the_same_again_is_success_and_changes_nothing(clinician: Client) -> None:
    contents = [as_bytes(one) for one in a_study()]
    stow(clinician, contents)

    again = stow(clinician, contents)

    assert again.status_code == 200
    assert len(uids(again, "00081199")) == len(contents)
    (found,) = clinician.get(f"{WEB}/studies").json()
    assert found["00201208"]["Value"] == [6]


def test_what_cannot_be_stored_is_answered_for_with_its_reason(clinician: Client) -> None:
    good, other = as_bytes(instance(1)), as_bytes(instance(1, study="2.25.200"))
    stow(clinician, [good])
    changed = as_bytes(instance(1, SeriesDescription="changed"))

    some = stow(clinician, [as_bytes(instance(2)), changed, b"no DICOM"])
    elsewhere = stow(clinician, [other], f"/studies/{STUDY}")

    assert some.status_code == 202
    assert reasons(some) == [0x0111]
    assert reasons(some, "0008119A") == [0xC000]
    assert uids(some, "00081199") == {f"{STUDY}.1.2"}
    assert elsewhere.status_code == 409
    assert reasons(elsewhere) == [0xA900]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/dicom", 415),
        ('multipart/related; type="image/png"; boundary=x', 415),
        ('multipart/related; type="application/dicom"', 422),
        ('multipart/related; type="application/dicom"; boundary=other', 422),
    ],
)
def test_a_body_that_is_none_of_the_standards_is_refused(
    clinician: Client, kind: str, status: int
) -> None:
    answer = stow(clinician, [as_bytes(instance(1))], **{"Content-Type": kind})

    assert answer.status_code == status
    assert clinician.get(f"{WEB}/studies").status_code == 204


def test_a_body_that_breaks_off_keeps_what_was_whole(clinician: Client) -> None:
    kind = 'multipart/related; type="application/dicom"; boundary=e'
    head = b"--e\r\nContent-Type: application/dicom\r\n\r\n"
    body = head + as_bytes(instance(1)) + b"\r\n" + head + as_bytes(instance(2))[:300]

    answer = clinician.post(f"{WEB}/studies", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 422
    (found,) = clinician.get(f"{WEB}/studies").json()
    assert found["00201208"]["Value"] == [1]


def test_who_may_not_bring_studies_may_not_store_and_the_files_are_for_who_knows_names(
    clinician: Client, log_in: LogIn
) -> None:
    stow(clinician, [as_bytes(instance(1))])

    for role in ("viewer", "researcher", "annotator"):
        assert stow(log_in(role), [as_bytes(instance(2))]).status_code == 403
    researcher = log_in("researcher")
    assert researcher.get(f"{WEB}/studies/{STUDY}", headers={"Accept": ALL}).status_code == 403
    (found,) = researcher.get(f"{WEB}/studies", params={"includefield": "all"}).json()
    assert "P-100" not in json.dumps(found)
    assert "Example" not in json.dumps(found)


def test_storing_and_giving_away_are_in_the_audit_log(clinician: Client, archive: Archive) -> None:
    stow(clinician, [as_bytes(one) for one in a_study()])
    clinician.get(f"{WEB}/studies/{STUDY}", headers={"Accept": ALL})

    with archive.database.read() as session:
        acts = session.scalars(select(AuditEntry)).all()
        told = {(act.action, act.details.get("instances")) for act in acts}

    assert ("study.received", 6) in told
    assert ("instance.exported", 6) in told


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_told_rightly(clinician: Client, script: str) -> None:
    charset, name = NAMES[script]
    one = instance(1, PatientName="")
    one.SpecificCharacterSet = charset.split("\\")
    one.PatientName = name
    stow(clinician, [as_bytes(one)])

    (found,) = clinician.get(f"{WEB}/studies").json()

    assert Dataset.from_json(found).PatientName == name


def test_fields_that_are_asked_for_are_told_at_every_level(clinician: Client) -> None:
    stow(clinician, [as_bytes(one) for one in a_study()])
    for level, path in (("study", "/studies"), ("series", "/series"), ("instance", "/instances")):
        plain = clinician.get(f"{WEB}{path}").json()[0]
        more = clinician.get(f"{WEB}{path}", params={"includefield": "BitsStored"}).json()[0]
        every = clinician.get(f"{WEB}{path}", params={"includefield": "all"}).json()[0]
        assert "00280101" not in plain, level
        assert more["00280101"]["Value"] == [16], level
        assert {*plain, *more} <= {*every}, level


@pytest.mark.parametrize(
    ("asked", "count"),
    [("ana", 1), ("example", 1), ("exam", 1), ("ana exam", 1), ("xample", 0), ("ana other", 0)],
)
def test_a_fuzzy_name_is_met_by_beginnings_of_its_words(
    clinician: Client, asked: str, count: int
) -> None:
    stow(clinician, [as_bytes(instance(1))])

    params = {"PatientName": asked, "fuzzymatching": "true"}
    answer = clinician.get(f"{WEB}/studies", params=params)

    assert (len(answer.json()) if answer.content else 0) == count


def ramp() -> Dataset:
    """Gives an instance whose values are 0, 64, 128, ... by column, and a window of its own."""
    one = instance(1, size=16)
    values = np.tile(np.arange(16, dtype="<u2") * 64, (16, 1))
    one.PixelData = values.tobytes()
    one.WindowCenter, one.WindowWidth = 512, 1024
    return one


@pytest.mark.parametrize("media", ["image/png", "image/jpeg"])
def test_a_rendered_frame_is_the_windows_grey(clinician: Client, media: str) -> None:
    stow(clinician, [as_bytes(ramp())])
    path = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/rendered"

    answer = clinician.get(path, headers={"Accept": media})
    narrow = clinician.get(f"{path}?window=320,1,linear", headers={"Accept": media})

    assert answer.headers["content-type"] == media
    shown = np.asarray(Image.open(io.BytesIO(answer.content))).astype(int)
    wanted = np.clip((np.arange(16) * 64 - 511.5) / 1023 + 0.5, 0, 1) * 255
    assert np.abs(shown - wanted).max() <= (1 if media == "image/png" else 6)
    black = np.asarray(Image.open(io.BytesIO(narrow.content)))[8]
    assert black[3] < 40 and black[8] > 215


def test_a_colour_frame_and_each_frame_of_several_are_rendered(clinician: Client) -> None:
    for name in ("examples_rgb_color.dcm", "color3d_jpeg_baseline.dcm"):
        path = get_testdata_file(name, download=False)
        if path is None:
            continue
        assert isinstance(path, str)
        header = dcmread(path, stop_before_pixels=True)
        with open(path, "rb") as stream:
            stow(clinician, [stream.read()])
        where = (
            f"{WEB}/studies/{header.StudyInstanceUID}/series/{header.SeriesInstanceUID}"
            f"/instances/{header.SOPInstanceUID}"
        )
        picture = Image.open(io.BytesIO(clinician.get(f"{where}/rendered").content))
        assert picture.mode == "RGB"
        assert picture.size == (header.Columns, header.Rows)
        assert clinician.get(f"{where}/frames/9999/rendered").status_code == 422


def test_thumbnails_are_small_and_of_the_middle(clinician: Client) -> None:
    stow(clinician, [as_bytes(instance(n, size=300)) for n in (1, 2, 3)])
    for path in ("", f"/series/{STUDY}.1", f"/series/{STUDY}.1/instances/{STUDY}.1.2"):
        answer = clinician.get(f"{WEB}/studies/{STUDY}{path}/thumbnail")
        assert Image.open(io.BytesIO(answer.content)).size == (128, 128)
    fitted = clinician.get(f"{WEB}/studies/{STUDY}/thumbnail?viewport=64,500")
    assert Image.open(io.BytesIO(fitted.content)).size == (64, 64)


@pytest.mark.parametrize(
    "query", ["window=1", "window=1,0", "window=a,b,linear", "viewport=0,1", "quality=101"]
)
def test_a_picture_is_not_guessed_from_what_is_none(clinician: Client, query: str) -> None:
    stow(clinician, [as_bytes(ramp())])
    path = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1/rendered"

    assert clinician.get(f"{path}?{query}").status_code == 422
    assert clinician.get(path, headers={"Accept": "image/gif"}).status_code == 406


def test_bulk_data_are_the_bytes_of_the_value_that_the_metadata_name(clinician: Client) -> None:
    one = instance(1)
    stow(clinician, [as_bytes(one)])
    path = f"{WEB}/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"

    answer = clinician.get(f"{path}/bulkdata/7FE00010", headers={"Accept": "*/*"})
    multipart = clinician.get(
        f"{path}/bulkdata/7FE00010",
        headers={"Accept": 'multipart/related; type="application/octet-stream"'},
    )

    assert answer.content == one.PixelData
    assert [content for _, content in parts(multipart)] == [one.PixelData]
    assert clinician.get(f"{path}/bulkdata/00420011").status_code == 404


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture
def token(clinician: Client) -> str:
    made = clinician.post("/api/v1/tokens", json={"name": "viewer"})
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def test_dicomweb_client_stores_searches_and_retrieves_with_a_token(
    address: str, token: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    client = DICOMwebClient(f"{address}{WEB}", headers=headers)
    study = [dcmread(io.BytesIO(as_bytes(one))) for one in a_study()]

    answer = client.store_instances(study)

    assert len(answer.ReferencedSOPSequence) == 6
    assert len(client.search_for_studies(search_filters={"PatientName": "Example*"})) == 1
    assert len(client.search_for_series(STUDY)) == 2
    assert len(client.search_for_instances(STUDY, limit=4)) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        back = client.retrieve_series(STUDY, f"{STUDY}.1")
        (frame,) = client.retrieve_instance_frames(
            STUDY, f"{STUDY}.1", f"{STUDY}.1.1", [1], media_types=("application/octet-stream",)
        )
        rendered = client.retrieve_instance_rendered(
            STUDY, f"{STUDY}.1", f"{STUDY}.1.1", media_types=("image/png",)
        )
    assert {one.PixelData for one in back} == {one.PixelData for one in study[:3]}
    assert frame == study[0].PixelData
    assert Image.open(io.BytesIO(rendered)).size == (8, 8)
    assert len(client.retrieve_study_metadata(STUDY)) == 6


@pytest.mark.needs("orthanc")
def test_answers_agree_with_orthancs_on_the_same_instances(
    clinician: Client, orthanc: RunningOrthanc
) -> None:
    import urllib.request

    contents = [as_bytes(one) for one in a_study()]
    contents.append(as_bytes(instance(1, study="2.25.200", PatientID="Q", StudyDate="20250101")))
    stow(clinician, contents)
    for content in contents:
        orthanc.store(content)

    def theirs(path: str) -> Any:
        with urllib.request.urlopen(f"{orthanc.web}{path}", timeout=30) as answer:
            return json.loads(answer.read() or b"[]")

    def ours(path: str) -> Any:
        answer = clinician.get(f"{WEB}{path}")
        return answer.json() if answer.content else []

    for path, key, tags in (
        ("/studies", "0020000D", ("00080020", "00080050", "00100010", "00100020", "00201208")),
        ("/studies?PatientID=Q", "0020000D", ("00080020", "00100020")),
        ("/studies?StudyDate=20240101-20241231", "0020000D", ("00080020",)),
        ("/studies?PatientID=nobody", "0020000D", ()),
        (f"/studies/{STUDY}/series", "0020000E", ("00080060", "0008103E", "00201209")),
        (f"/studies/{STUDY}/instances", "00080018", ("00080016", "00200013", "00280010")),
        (f"/studies/{STUDY}/metadata", "00080018", ("00080016", "00100010", "00280100")),
    ):  # fmt: skip
        told = [
            {one[key]["Value"][0]: [one.get(tag, {}).get("Value") for tag in tags] for one in some}
            for some in (ours(path), theirs(path))
        ]
        assert told[0] == told[1], path


@pytest.mark.needs("orthanc")
def test_instances_go_from_orthanc_to_us_and_back_bit_for_bit(
    address: str, token: str, orthanc: RunningOrthanc, tmp_path: Any
) -> None:
    from condyle.dicom.network import client
    from condyle.dicom.network.found import Filters
    from condyle.dicom.network.outgoing import Sent, outgoing_of
    from condyle.dicom.network.part10 import Received
    from condyle.dicom.network.peer import WebPeer

    contents = {as_bytes(one) for one in a_study(12)}
    for content in contents:
        orthanc.store(content)
    theirs, ours = WebPeer("theirs", orthanc.web), WebPeer("ours", f"{address}{WEB}", token)

    def fetched(peer: WebPeer) -> set[bytes]:
        came: list[Received] = []
        client.get_instances(peer, client.find_instances(peer, Filters(study=STUDY)), came.append)
        return {one.content for one in came}

    for at, content in enumerate(sorted(fetched(theirs))):
        (tmp_path / f"{at}.dcm").write_bytes(content)
    told: list[Sent] = []
    client.send_instances(ours, [outgoing_of(p) for p in tmp_path.glob("*.dcm")], told.append)
    back = fetched(ours)
    orthanc.empty()
    for at, content in enumerate(sorted(back)):
        (tmp_path / f"{at}.dcm").write_bytes(content)
    client.send_instances(theirs, [outgoing_of(p) for p in tmp_path.glob("*.dcm")], told.append)

    assert [one.state for one in told] == ["stored"] * 24
    assert back == contents
    assert fetched(theirs) == contents
