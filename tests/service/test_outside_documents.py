"""Documents and captured pictures of others give no answer away before a reader's own call."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import FileDataset
from pydicom.uid import (
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SecondaryCaptureImageStorage,
)
from sqlalchemy import select
from tests.service.annotated import make_list, people_of
from tests.service.conftest import Client, LogIn
from tests.service.exported import picture_file
from tests.service.outside_objects import as_bytes, images
from tests.service.studies_of import put_run
from tests.service.test_dicomweb_store import ALL, stow
from tests.service.test_outside import listed
from tests.workflows.clinic.brought import Bringer

from condyle.archive.archive import Archive
from condyle.archive.tables import StudyRow


def of_class(kind: str, at: int, **tags: Any) -> FileDataset:
    """An instance of another class in the study of ``images``, in a series of its own."""
    (one,) = images(1, SeriesInstanceUID=f"1.2.900.{at}", **tags)
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = kind
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.900.{at}.1"
    if kind != SecondaryCaptureImageStorage:
        del one.PixelData, one.Rows, one.Columns
    return one


def pdf() -> FileDataset:
    one = of_class(EncapsulatedPDFStorage, 1, Modality="DOC", SeriesDescription="CAD: tear")
    one.MIMETypeOfEncapsulatedDocument = "application/pdf"
    one.EncapsulatedDocument = b"%PDF-1.4 medial tear "
    return one


def others() -> list[FileDataset]:
    return [
        pdf(),
        of_class(SecondaryCaptureImageStorage, 2, Modality="MR"),
        of_class(GrayscaleSoftcopyPresentationStateStorage, 3, Modality="PR"),
        of_class(KeyObjectSelectionDocumentStorage, 4, Modality="KO"),
    ]


def sent(client: Client, archive: Archive, *made: FileDataset) -> int:
    answer = stow(client, [as_bytes(one) for one in made])
    assert answer.status_code == 200, answer.text
    with archive.database.read() as session:
        return session.scalars(select(StudyRow.id).order_by(StudyRow.id.desc())).first() or 0


def call(client: Client, study: int, run: str) -> None:
    answer = client.post(f"/api/v1/studies/{study}/own-calls", json={"analysis": run, "calls": []})
    assert answer.status_code == 201, answer.text


def test_a_reader_gets_no_document_or_picture_of_others_before_their_own_call(
    clinician: Client, log_in: LogIn, archive: Archive
) -> None:
    source = images()
    study = sent(clinician, archive, *source, *others())
    web = f"/studies/{source[0].StudyInstanceUID}"
    before = len(listed(clinician, f"{web}/instances"))
    run = put_run(archive, study, hidden=True)
    assert before == 9
    assert len(listed(clinician, f"{web}/instances")) == 5
    assert len(listed(clinician, f"{web}/metadata")) == 5
    assert len(listed(clinician, f"{web}/series")) == 1
    paths = [
        f"/dicomweb{web}/series/{one.SeriesInstanceUID}/instances/{one.SOPInstanceUID}"
        for one in others()
    ]
    for path in paths:
        for tail in ("", "/metadata", "/rendered", "/frames/1", "/thumbnail"):
            accept = {} if tail == "/metadata" else {"Accept": ALL}
            assert clinician.get(path + tail, headers=accept).status_code in (404, 406), path + tail
        assert clinician.get(path, headers={"Accept": ALL}).status_code == 404
    assert len(listed(log_in("viewer"), f"{web}/instances")) == 9
    call(clinician, study, run)
    assert len(listed(clinician, f"{web}/instances")) == 9
    assert len(listed(clinician, f"{web}/series")) == 5
    for path in paths:
        assert clinician.get(path, headers={"Accept": ALL}).status_code == 200


def counted(document: dict[str, Any]) -> tuple[list[str], int, int]:
    """Modalities in Study, and the numbers of its series and instances."""
    tags = ("00080061", "00201206", "00201208")
    modalities, series, instances = (document[tag]["Value"] for tag in tags)
    return modalities, series[0], instances[0]


@pytest.mark.parametrize("level", ["studies", "series"])
def test_a_search_tells_of_a_study_only_what_its_asker_gets_of_it(
    clinician: Client, log_in: LogIn, archive: Archive, level: str
) -> None:
    source = images()
    study = sent(clinician, archive, *source, *others())

    def found(client: Client, **asked: str) -> list[Any]:
        # A series that is searched for by its study's UID does not tell of the study.
        one = {"StudyInstanceUID": source[0].StudyInstanceUID} if level == "studies" else {}
        return listed(client, f"/{level}", limit="1", **one, **asked)

    everything = (["DOC", "KO", "MR", "PR"], 5, 9)
    assert counted(found(clinician)[0]) == everything
    run = put_run(archive, study, hidden=True)
    assert counted(found(clinician)[0]) == (["MR"], 1, 5)
    assert counted(found(log_in("viewer"))[0]) == everything
    for modality, count in (("DOC", 0), ("PR", 0), ("MR", 1), ("MR,DOC", 1)):
        assert len(found(clinician, ModalitiesInStudy=modality)) == count, modality
    call(clinician, study, run)
    assert counted(found(clinician)[0]) == everything
    assert len(found(clinician, ModalitiesInStudy="DOC")) == 1


def test_the_fields_that_a_search_adds_are_of_what_its_asker_gets(
    clinician: Client, archive: Archive
) -> None:
    document, source = pdf(), images()
    study = sent(clinician, archive, document, *source)  # the document is the study's first

    def described() -> Any:
        asked = {"includefield": "SeriesDescription"}
        return listed(clinician, "/studies", **asked)[0].get("0008103E")

    assert described()["Value"] == ["CAD: tear"]
    put_run(archive, study, hidden=True)
    assert described() == source[0].to_json_dict().get("0008103E")


def test_a_series_of_images_and_captures_counts_its_images(
    clinician: Client, archive: Archive
) -> None:
    source = images()
    capture = of_class(SecondaryCaptureImageStorage, 2, Modality="MR")
    capture.SeriesInstanceUID = source[0].SeriesInstanceUID
    study = sent(clinician, archive, *source, capture)
    path = f"/studies/{source[0].StudyInstanceUID}/series"
    assert listed(clinician, path)[0]["00201209"]["Value"] == [6]
    put_run(archive, study, hidden=True)
    assert listed(clinician, path)[0]["00201209"]["Value"] == [5]


def test_the_bulk_data_of_a_document_is_held_back_with_it(
    clinician: Client, archive: Archive
) -> None:
    source = images()
    study = sent(clinician, archive, *source, pdf())
    one = pdf()
    place = f"/dicomweb/studies/{source[0].StudyInstanceUID}/series/{one.SeriesInstanceUID}"
    path = f"{place}/instances/{one.SOPInstanceUID}/bulkdata/00420011"
    assert clinician.get(path).status_code == 200
    put_run(archive, study, hidden=True)
    assert clinician.get(path).status_code == 404


def test_pictures_that_are_a_studys_only_images_stay(clinician: Client, archive: Archive) -> None:
    one = of_class(SecondaryCaptureImageStorage, 2, Modality="OT")
    study = sent(clinician, archive, one, pdf())
    put_run(archive, study, hidden=True)
    web = f"/studies/{one.StudyInstanceUID}"
    found = listed(clinician, f"{web}/instances")
    assert [each["00080016"]["Value"] for each in found] == [[SecondaryCaptureImageStorage]]


def test_what_the_clinic_made_of_a_picture_stays(clinician: Client, archive: Archive) -> None:
    bringer = Bringer(archive)
    bringer.bring(picture_file())
    study = bringer.studies()[-1]
    put_run(archive, study.id, hidden=True)
    assert len(listed(clinician, f"/studies/{study.uid}/instances")) == 1


@pytest.mark.parametrize("modality", ["MR", "OT"])
def test_an_annotator_gets_no_picture_of_others(
    clinician: Client, log_in: LogIn, archive: Archive, modality: str
) -> None:
    source = images()
    capture = of_class(SecondaryCaptureImageStorage, 2, Modality=modality)
    study = sent(clinician, archive, *source, capture, pdf())
    manager = log_in("researcher")
    make_list(manager, [people_of(manager)["annotator"]], studies=[str(study)], scope="study")
    drawing = log_in("annotator")
    web = f"/studies/{source[0].StudyInstanceUID}"
    assert len(listed(drawing, f"{web}/instances")) == 5
    assert len(listed(drawing, f"{web}/series")) == 1
    assert counted(listed(drawing, "/studies")[0]) == (["MR"], 1, 5)


@pytest.mark.parametrize("scope", ["study", "series"])
def test_no_list_of_cases_offers_what_an_annotator_does_not_get(
    clinician: Client, log_in: LogIn, archive: Archive, scope: str
) -> None:
    source = images()
    capture = of_class(SecondaryCaptureImageStorage, 2, Modality="MR")
    study = sent(clinician, archive, *source, capture, pdf())
    manager = log_in("researcher")
    asked = {"studies": [str(study)], "scope": scope}
    answer = manager.post("/api/v1/annotation/choice", json=asked)
    assert answer.status_code == 200, answer.text
    told = [(one["series_uid"], one["images"]) for one in answer.json()["cases"]]
    assert told == [(None if scope == "study" else source[0].SeriesInstanceUID, 5)]
    make_list(manager, [people_of(manager)["annotator"]], **asked)
    drawing = log_in("annotator")
    work = drawing.get("/api/v1/annotation/cases/1/work").json()
    assert [(one["uid"], one["images"]) for one in work["series"]] == [
        (source[0].SeriesInstanceUID, 5)
    ]


def test_captures_that_are_a_studys_only_images_can_be_drawn_on(
    clinician: Client, log_in: LogIn, archive: Archive
) -> None:
    capture = of_class(SecondaryCaptureImageStorage, 2, Modality="OT")
    study = sent(clinician, archive, capture, pdf())
    asked = {"studies": [str(study)], "scope": "series"}
    answer = log_in("researcher").post("/api/v1/annotation/choice", json=asked)
    told = [(one["series_uid"], one["images"]) for one in answer.json()["cases"]]
    assert told == [(capture.SeriesInstanceUID, 1)]
