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
