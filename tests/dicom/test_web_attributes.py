from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pydicom.dataset import Dataset

from condyle.dicom.web_attributes import (
    WebInstance,
    WebSeries,
    WebStudy,
    instance_attributes,
    keyword_of,
    series_attributes,
    study_attributes,
    without_identity,
)

STUDY = WebStudy(
    uid="1.2",
    patient_name="Doe^Jane=漢字^字",
    patient_id="P1",
    birth_date=dt.date(1970, 1, 2),
    sex=None,
    date=dt.date(2024, 3, 1),
    time=dt.time(9, 8, 7),
    accession="A",
    description="",
    modalities=("MR", "SR"),
    series=2,
    instances=30,
    url="http://x/studies/1.2",
)
SERIES = WebSeries("1.2.3", None, "t2", "MR", "lspine", 30, "http://x/studies/1.2/series/1.2.3")
INSTANCE = WebInstance("1.2.3.4", "1.2.840", 7, 1, 20, 24, 16, "http://x/i")


def read(document: dict[str, Any]) -> Dataset:
    return Dataset.from_json(json.dumps(document))


def test_a_study_is_told_with_every_attribute_that_the_standard_asks_for() -> None:
    document = study_attributes(STUDY)
    required = {
        "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00081190",
        "00100010", "00100020", "00100030", "00100040", "0020000D", "00200010", "00201206",
        "00201208",
    }  # fmt: skip
    assert required <= set(document) and list(document) == sorted(document)
    assert document["00100040"] == {"vr": "CS"}
    one = read(document)
    assert (one.StudyDate, one.StudyTime) == ("20240301", "090807")
    assert one.PatientName.alphabetic == "Doe^Jane" and one.PatientName.ideographic == "漢字^字"
    assert list(one.ModalitiesInStudy) == ["MR", "SR"]
    assert one.NumberOfStudyRelatedInstances == 30


def test_a_series_and_an_instance_name_what_they_are_in() -> None:
    series = read(series_attributes(STUDY, SERIES))
    assert (series.StudyInstanceUID, series.SeriesInstanceUID) == ("1.2", "1.2.3")
    assert series.SeriesNumber is None and series.NumberOfSeriesRelatedInstances == 30
    one = read(instance_attributes(STUDY, SERIES, INSTANCE))
    assert (one.SeriesInstanceUID, one.SOPInstanceUID) == ("1.2.3", "1.2.3.4")
    assert (one.Rows, one.Columns, one.BitsAllocated, one.NumberOfFrames) == (20, 24, 16, 1)


@pytest.mark.parametrize(
    ("stated", "keyword"),
    [
        ("PatientName", "PatientName"),
        ("00100010", "PatientName"),
        ("0020000d", "StudyInstanceUID"),
        ("FFFFFFFF", ""),
        ("Nonsense", ""),
        ("", ""),
    ],
)
def test_an_attribute_is_known_by_keyword_and_by_tag(stated: str, keyword: str) -> None:
    assert keyword_of(stated) == keyword


def everything() -> Dataset:
    one = Dataset()
    one.PatientName, one.PatientID, one.OtherPatientIDs = "Doe^Jane", "SECRET1", "SECRET2"
    one.PatientBirthDate, one.PatientAddress, one.PatientAge = "19700101", "SECRET3", "054Y"
    one.StudyDate, one.AcquisitionDateTime, one.AccessionNumber = "20240101", "20240101", "SECRET4"
    one.InstitutionName, one.StationName, one.DeviceSerialNumber = "SECRET5", "SECRET6", "SECRET7"
    one.StudyDescription, one.SeriesDescription, one.ProtocolName = "SECRET8", "SECRET9", "SECRETA"
    one.ImageComments, one.StudyID = "SECRETB", "SECRETC"
    one.OperatorsName, one.ReferringPhysicianName = "SECRETD", "SECRETE"
    one.add_new(0x00090010, "LO", "SECRETF")
    one.add_new(0x00091001, "CS", "SECRETG")
    one.add_new(0x00291008, "US", 77)
    inner = Dataset()
    inner.PatientName, inner.PixelSpacing = "SECRETH", [0.5, 0.5]
    inner.FrameComments = "SECRETI"
    one.SharedFunctionalGroupsSequence = [Dataset()]
    one.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence = [inner]
    one.RequestAttributesSequence = [inner]
    one.Rows, one.Columns, one.PixelSpacing, one.RescaleSlope = 20, 24, [0.5, 0.6], 2
    one.WindowCenter, one.WindowWidth, one.Modality = 40, 400, "MR"
    one.ImagePositionPatient, one.StudyInstanceUID = [1, 2, 3], "1.2"
    one.PatientSex, one.Manufacturer, one.EchoTime = "F", "Maker", 90
    return one


def test_nothing_that_tells_who_it_is_stays_in_a_header_without_identity() -> None:
    text = json.dumps(without_identity(everything().to_json_dict(), "P-AB12"))
    for word in ("SECRET", "Doe", "1970", "20240101", "00291008"):
        assert word not in text
    assert read(json.loads(text)).PatientName == "P-AB12"


def test_what_shows_an_image_rightly_stays_in_a_header_without_identity() -> None:
    one = read(without_identity(everything().to_json_dict(), "P-AB12"))
    assert (one.Rows, one.Columns, one.RescaleSlope) == (20, 24, 2)
    assert (one.WindowCenter, one.WindowWidth, one.Modality) == (40, 400, "MR")
    assert one.PixelSpacing == [0.5, 0.6] and one.ImagePositionPatient == [1, 2, 3]
    assert (one.PatientSex, one.Manufacturer, one.EchoTime) == ("F", "Maker", 90)
    measures = one.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert measures.PixelSpacing == [0.5, 0.5]
