"""Patient and scanner as a label table is joined by, under a pseudonym."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from pydicom.dataset import FileDataset

from condyle import dicom
from condyle.dicom.subject import NOBODY, Subject, accession_key, subject_of

Make = Callable[..., FileDataset]


def test_a_pseudonym_is_the_same_for_one_id_whatever_the_name(instance: Make) -> None:
    one = subject_of(instance(PatientID="H-12", PatientName="Doe^Jane"))
    other = subject_of(instance(PatientID="h-12 ", PatientName="DOE^JANE^^^Dr"))
    assert one.patient == other.patient != ""
    assert subject_of(instance(PatientID="H-13")).patient != one.patient


def test_the_issuer_of_an_id_is_part_of_it(instance: Make) -> None:
    issued = [instance(PatientID="1", IssuerOfPatientID=issuer) for issuer in ("a", "b")]
    assert len({subject_of(one).patient for one in issued}) == 2


def test_without_an_id_the_name_tells_and_without_both_nothing_does(instance: Make) -> None:
    named = subject_of(instance(PatientID="", PatientName="Doe^Jane"))
    assert named.patient.startswith("patient-")
    assert subject_of(instance(PatientID="", PatientName="Anonymous")).patient == ""


def test_nothing_of_the_identity_is_in_a_subject(instance: Make) -> None:
    header = instance(
        PatientID="H4711", PatientName="Doe^Jane", AccessionNumber="ACC99", Manufacturer="Maker"
    )
    subject = subject_of(header)
    text = " ".join(str(getattr(subject, one.name)) for one in fields(Subject)).lower()
    for secret in ("h4711", "doe", "jane", "acc99"):
        assert secret not in text
    assert subject.manufacturer == "Maker"


@pytest.mark.parametrize(
    ("stated", "tesla"), [(1.5, 1.5), (3000, 3.0), (15000, 1.5), (0, None), (-1, None), (1e9, None)]
)
def test_a_field_strength_is_in_tesla(instance: Make, stated: float, tesla: float | None) -> None:
    assert subject_of(instance(MagneticFieldStrength=stated)).field_t == tesla


def test_sex_is_one_of_three_or_unknown(instance: Make) -> None:
    assert subject_of(instance(PatientSex="F")).sex == "F"
    assert subject_of(instance(PatientSex="X")).sex == ""


def test_an_accession_is_compared_without_case_blanks_and_leading_zeros() -> None:
    assert accession_key(" 00A7 ") == accession_key("a7")
    assert accession_key("7") != accession_key("70")
    assert accession_key("  ") == accession_key("000") == ""


def test_a_study_has_the_subject_that_any_of_its_headers_states(
    instance: Make,
    save: Callable[..., Path],
    find: Callable[[Path], dicom.Discovery],
) -> None:
    headers = [
        instance(place=0, name="1", PatientSex="", PatientAge="", AccessionNumber=""),
        instance(place=4, name="2", PatientSex="F", PatientAge="041Y", AccessionNumber="7"),
    ]
    (study,) = find(save(headers)).studies
    assert (study.subject.sex, study.subject.age_years) == ("F", 41.0)
    assert study.subject.accession == accession_key("7")


def test_of_nobody_nothing_is_known() -> None:
    assert Subject() == NOBODY
