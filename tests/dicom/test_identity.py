"""No name, number or date of a patient comes out of what is found."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from condyle import dicom, sources
from condyle.domain.study import LeftOut
from condyle.errors import CondyleError

Make = Callable[..., FileDataset]

NAMES = ("zoraida", "quillfeather", "77123456", "19431231")
PLANTED = {
    "PatientName": "Quillfeather^Zoraida^^Dr",
    "PatientID": "77123456",
    "OtherPatientNames": "Zoraida",
    "PatientBirthDate": "19431231",
    "PatientComments": "Zoraida Quillfeather",
    "PatientAddress": "Quillfeather Lane 3",
    "InstitutionName": "Zoraida Hospital",
    "ReferringPhysicianName": "Quillfeather",
    "AccessionNumber": "77123456",
    "SeriesDescription": "T2 sag Zoraida QUILLFEATHER zoraidaquillfeather 77123456",
    "StudyDescription": "Zoraida lumbar spine Quillfeather",
    "ProtocolName": "Quillfeather lspine",
    "ReceiveCoilName": "Zoraida spine",
    "StudyID": "77123456",
    "ImageComments": "Zoraida",
}


def _silent(shown: object) -> bool:
    text = f"{shown!r} {shown!s}".casefold()
    return not any(name in text for name in NAMES)


def _study(make: Make, folder: Path) -> Path:
    """Whole, truncated, foreign and empty files, all of them named after the patient."""
    folder = folder / "Quillfeather Zoraida 19431231"
    folder.mkdir()
    for at in range(3):
        one = make(place=at * 4.0, name=str(at), **PLANTED)
        one.save_as(folder / f"Zoraida_Quillfeather_{at}.dcm", enforce_file_format=True)
    broken = (folder / "Zoraida_Quillfeather_0.dcm").read_bytes()[:-300]
    (folder / "Zoraida_Quillfeather_broken.dcm").write_bytes(broken)
    cut = (folder / "Zoraida_Quillfeather_0.dcm").read_bytes()[:500]
    (folder / "Zoraida_Quillfeather_cut.dcm").write_bytes(cut)
    (folder / "Zoraida.txt").write_text("Zoraida Quillfeather")
    (folder / "Zoraida.Quillfeather").touch()
    scout = make(name="scout", **{**PLANTED, "SeriesDescription": "Zoraida localizer"})
    scout.save_as(folder / "Quillfeather", enforce_file_format=True)
    return folder


def test_no_name_comes_out_of_a_folder_that_is_full_of_it(instance: Make, tmp_path: Path) -> None:
    with sources.open([_study(instance, tmp_path)]) as tree:
        found = dicom.discover(tree.files)
        assert _silent(tree)
        assert all(_silent(file) for file in tree.files)
        assert _silent(found)
        left_out: list[LeftOut] = [*tree.left_out, *found.left_out]
        assert {one.reason.code for one in left_out} >= {
            "broken-instance",
            "empty-file",
            "localizer",
            "not-an-image-file",
        }
        assert all(_silent(one) for one in left_out)
        (study,) = found.studies
        (series,) = study.study.series
    assert series.description == "T2 sag"
    assert series.body_part is not None
    assert _silent(series.body_part)
    assert _silent([series.notes, series.stem, series.load.__doc__])


def test_no_name_comes_out_of_an_archive_or_its_errors(instance: Make, tmp_path: Path) -> None:
    folder = _study(instance, tmp_path)
    path = tmp_path / "Zoraida.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{folder.name}/{file.name}")
    with sources.open([path]) as tree:
        assert len(dicom.discover(tree.files).studies) == 1
        assert _silent(tree) and _silent(dicom.discover(tree.files))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../Zoraida Quillfeather", b"x")
    with pytest.raises(CondyleError) as caught, sources.open([path]):
        pass
    assert _silent(caught.value)


def test_no_name_comes_out_of_pixels_that_cannot_be_loaded(instance: Make, tmp_path: Path) -> None:
    one = instance(RescaleSlope="1e39", **PLANTED)
    one.save_as(tmp_path / "Zoraida.dcm", enforce_file_format=True)
    with sources.open([tmp_path]) as tree:
        (study,) = dicom.discover(tree.files).studies
        with pytest.raises(CondyleError) as caught:
            study.study.series[0].load()
    assert _silent(caught.value)


@pytest.mark.parametrize(
    ("name", "description", "shown"),
    [
        ("Muñoz^José", "T2 MUNOZ jose sag", "T2 sag"),
        ("Li^Na", "T2 sag LI na", "T2 sag"),
        ("Doe^Jane", "T2 janedoe sag", "T2 sag"),
        ("Müller-Lüdenscheidt^Hans", "T2_Mueller T2 Ludenscheidt", "T2"),
        ("Ångström^Åke", "t1 angstrom AKE", "t1"),
        ("Sørensen^Bjørn", "T2 SORENSEN Bjoern", "T2"),
        ("", "T2 sag", "T2 sag"),
    ],
)
def test_a_name_is_taken_out_of_a_description_however_it_is_spelt(
    instance: Make, name: str, description: str, shown: str
) -> None:
    from condyle.dicom.patient import description_of

    assert description_of(instance(PatientName=name, SeriesDescription=description)) == shown


def test_a_description_keeps_what_only_resembles_a_number_of_the_patient(instance: Make) -> None:
    from condyle.dicom.patient import description_of

    one = instance(PatientID="12", SeriesDescription="T2 TSE 320 12 sag")
    assert description_of(one) == "T2 TSE 320 12 sag"
