"""What is taken from the header about patient and body, and what is not."""

import pytest
from pydicom.dataset import Dataset

from condyle.dicom.patient import (
    age_of,
    body_part_of,
    description_of,
    is_simulated,
    patient_key,
    same_patient,
)


def _header(**tags: object) -> Dataset:
    header = Dataset()
    for keyword, value in tags.items():
        setattr(header, keyword, value)
    return header


@pytest.mark.parametrize(
    ("tags", "years"),
    [
        ({"PatientAge": "045Y"}, 45.0),
        ({"PatientAge": "006M"}, 0.5),
        ({"PatientAge": "014D"}, 0.04),
        ({"PatientBirthDate": "20000101", "StudyDate": "20200101"}, 20.0),
        ({"PatientBirthDate": "00010101", "StudyDate": "00010101"}, None),
        ({"PatientBirthDate": "20200101", "StudyDate": "20000101"}, None),
        ({"PatientBirthDate": "20200101"}, None),
        ({}, None),
    ],
)
def test_age_comes_from_the_age_or_the_dates(tags: dict[str, str], years: float | None) -> None:
    assert age_of(_header(**tags)) == years


@pytest.mark.parametrize(
    ("tags", "part"),
    [
        ({"BodyPartExamined": "LSPINE"}, "lspine"),
        ({"StudyDescription": "MRI L-SPINE W/O"}, "l-spine"),
        ({"StudyDescription": "RM de columna lumbar"}, "columna lumbar"),
        ({"BodyPartExamined": "KNEE", "SeriesDescription": "SAG PD"}, "knee"),
        ({"ReceiveCoilName": "HD TR Knee PA"}, "knee"),
        ({"BodyPartExamined": "HIP", "ReceiveCoilName": "SpineMatrix"}, "hip"),
        ({"StudyDescription": "Jane Doe special"}, None),
        ({"StudyDescription": "whipple armand"}, None),
        ({}, None),
    ],
)
def test_the_body_part_is_the_words_that_name_anatomy(
    tags: dict[str, str], part: str | None
) -> None:
    assert body_part_of(_header(**tags)) == part


def test_a_description_loses_the_words_that_identify() -> None:
    header = _header(
        PatientName="Doe^Jane^M",
        PatientID="A-77123",
        AccessionNumber="998877",
        SeriesDescription="T2 SAG doe JANE 77123 4455667 repeat",
    )
    assert description_of(header) == "T2 SAG repeat"


def test_a_description_is_short_and_printable() -> None:
    shown = description_of(_header(SeriesDescription="T2\x07 SAG"))
    assert shown == "T2 SAG"


@pytest.mark.parametrize(
    ("tags", "simulated"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "SIMULATED"]}, True),
        ({"SyntheticData": "YES"}, True),
        ({"SyntheticData": "NO", "ImageType": ["ORIGINAL", "PRIMARY"]}, False),
        ({}, False),
    ],
)
def test_simulated_images_say_so(tags: dict[str, object], simulated: bool) -> None:
    assert is_simulated(_header(**tags)) is simulated


def test_a_key_holds_nothing_of_the_patient() -> None:
    key = patient_key(_header(PatientName="Doe^Jane", PatientID="77123"))
    assert all(len(part) == 64 for part in key)
    assert patient_key(_header()) == ("", "")


def test_an_empty_part_of_a_key_fits_any_other() -> None:
    assert same_patient([("a", ""), ("", "b"), ("a", "b")])
    assert not same_patient([("a", "b"), ("a", "c")])
    assert not same_patient([("a", ""), ("c", "")])
