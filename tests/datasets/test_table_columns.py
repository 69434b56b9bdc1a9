"""What the columns of a table are taken for."""

from __future__ import annotations

import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.owners import column_of, is_identity, plain, settled_sides
from condyle.datasets.rows import Rows
from condyle.datasets.table_columns import columns_of
from condyle.errors import BadConfiguration


def table(*columns: str) -> Rows:
    return Rows("t.csv", columns, ((2, dict.fromkeys(columns, "1")),))


@pytest.mark.parametrize(
    "name",
    [
        "Name",
        "patient_name",
        "Patient Name",
        "PatientBirthDate",
        "date-of-birth",
        "DOB",
        "MRN",
        "email",
        "AccessionNumber",
        "StudyInstanceUID",
    ],
)
def test_a_column_that_identifies_somebody_is_known_by_its_name(name: str) -> None:
    assert is_identity(name)


@pytest.mark.parametrize("name", ["age", "sex", "scanner", "site_name", "surgeon_count", "mass"])
def test_a_column_that_does_not_is_not(name: str) -> None:
    assert not is_identity(name)


def test_names_of_columns_are_compared_without_case_blanks_and_dashes() -> None:
    assert plain(" Patient-ID  number ") == "patient_id_number"
    found = columns_of(table("Image Path", "Patient-ID", "Label"), ArchiveOptions())
    assert found.roles == {"image": "Image Path", "patient": "Patient-ID"}
    assert found.labels == {"label": "Label"}


def test_of_several_columns_for_a_role_the_likeliest_is_taken() -> None:
    rows = table("file", "image", "path")
    assert column_of(rows, "image", ("image", "path", "file"), ArchiveOptions()) == "image"


def test_the_prefix_is_no_part_of_a_labels_name_and_the_rest_is_kept_as_it_is() -> None:
    found = columns_of(table("image", "label_acl-tear", "Label_B c", "labelled"), ArchiveOptions())
    assert found.labels == {"acl-tear": "label_acl-tear", "B c": "Label_B c"}
    assert found.covariates == {"labelled": "labelled"}


def test_a_column_named_as_a_label_is_not_taken_for_a_role() -> None:
    options = ArchiveOptions(labels=("study",))
    found = columns_of(table("image", "study", "age"), options)
    assert found.labels == {"study": "study"}
    assert "study" not in found.roles
    assert found.covariates == {"age": "age"}


def test_one_column_has_one_role() -> None:
    found = columns_of(table("image", "label"), ArchiveOptions(columns={"mask": "image"}))
    assert list(found.roles.values()).count("image") == 1


def test_a_cell_is_found_by_its_role() -> None:
    found = columns_of(table("image", "subject", "label"), ArchiveOptions())
    assert found.get({"image": "a.png", "subject": "7", "label": "1"}, "patient") == "7"
    assert found.get({"image": "a.png", "subject": "7", "label": "1"}, "split") == ""


def test_covariates_may_be_named_without_their_letters_case() -> None:
    found = columns_of(table("image", "Age", "label"), ArchiveOptions(covariates=("age",)))
    assert found.covariates == {"age": "Age"}


def test_every_column_is_said_to_be_something() -> None:
    found = columns_of(table("image", "MRN", "Age", "label"), ArchiveOptions())
    (note,) = found.notes
    assert "labels are label" in note and "covariates Age" in note and "MRN" in note
    assert "covariates none" in columns_of(table("image", "label"), ArchiveOptions()).notes[0]


def test_a_role_that_is_not_known_lists_those_that_are() -> None:
    with pytest.raises(BadConfiguration) as refused:
        columns_of(table("image"), ArchiveOptions(columns={"weight": "image"}))
    assert "accession" in refused.value.needed


def test_patients_on_several_sides_are_on_none() -> None:
    patients = {"a": "1", "b": "1", "c": "2", "d": "3"}
    sides = settled_sides(patients, {"a": ["train"], "b": ["test"], "c": ["test"], "d": []})
    assert sides.of == {"2": "test"}
    assert sides.leaks == ("1",)
