"""Which row of a table is of which study or series, on studies made up for the test."""

from __future__ import annotations

import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.dicom_join import Joined, join
from condyle.datasets.rows import Rows
from condyle.datasets.table_columns import columns_of
from condyle.dicom import DicomStudy, Subject, accession_key
from condyle.domain.study import Series, Study
from condyle.domain.volume import Volume
from condyle.errors import DatasetError


def nothing() -> Volume:
    raise AssertionError("no pixel is needed to join a table")


def study(uid: str, accession: str, *series: str) -> DicomStudy:
    """A study whose series are called after their UIDs."""
    made = tuple(Series(stem=f"stem-{one}", load=nothing, uid=one) for one in series)
    subject = Subject(accession=accession_key(accession))
    return DicomStudy(Study(uid, made), patient=1, images=1, subject=subject)


STUDIES = (study("1.1", "A1", "1.1.1", "1.1.2"), study("1.2", "0A2", "1.2.1"), study("1.3", ""))


def rows_of(column: str, *values: str, more: str = "label") -> Rows:
    numbered = enumerate(values, start=2)
    return Rows("t.csv", (column, more), tuple((n, {column: v, more: "1"}) for n, v in numbered))


def joined(rows: Rows, *, studies: tuple[DicomStudy, ...] = STUDIES, role: str = "") -> Joined:
    options = ArchiveOptions(columns={role: rows.columns[0]} if role else {})
    return join(rows, columns_of(rows, options), studies)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("1.1", "1.2"), "Study Instance UID"),
        (("a1", "A2 "), "accession number"),
        (("1.1.2", "1.2.1"), "Series Instance UID"),
    ],
)
def test_the_column_and_what_it_holds_are_told_by_the_values(
    values: tuple[str, ...], words: str
) -> None:
    found = joined(rows_of("whatever", *values))
    assert sorted(found.rows) == [0, 1]
    assert found.notes[0] == f"The rows of t.csv were joined to the images by {words}."
    assert found.notes[1] == "Studies without a row are left out: 1."


def test_a_row_of_a_series_names_its_stems_and_one_of_a_study_none() -> None:
    by_series = joined(rows_of("uid", "1.1.2"))
    assert by_series.rows[0][0].stems == ("stem-1.1.2",)
    assert joined(rows_of("uid", "1.1")).rows[0][0].stems == ()


def test_several_rows_of_one_study_by_their_series_keep_their_numbers() -> None:
    found = joined(rows_of("uid", "1.1.1", "1.2.1", "1.1.2"))
    assert [row.number for row in found.rows[0]] == [2, 4]


def test_the_values_of_most_rows_decide() -> None:
    rows = Rows(
        "t.csv",
        ("a", "b", "label"),
        tuple(
            (number, {"a": a, "b": b, "label": "1"})
            for number, a, b in ((2, "1.1", "A1"), (3, "x", "A2"))
        ),
    )
    assert joined(rows).notes[0].endswith("by accession number.")


def test_a_named_column_comes_before_one_that_fits_better() -> None:
    rows = Rows(
        "t.csv",
        ("exam key", "b", "label"),
        tuple(
            (number, {"exam key": a, "b": b, "label": "1"})
            for number, a, b in ((2, "1.1", "A1"), (3, "x", "A2"))
        ),
    )
    found = joined(rows, role="study")
    assert found.notes[:2] == (
        "The rows of t.csv were joined to the images by Study Instance UID.",
        "Rows that name nothing that is here: 1 (3).",
    )


def test_studies_without_accession_are_not_joined_by_an_empty_cell() -> None:
    found = joined(rows_of("accession", "A1", ""))
    assert sorted(found.rows) == [0]


def test_a_series_that_gave_several_volumes_labels_each() -> None:
    twice = study("1.1", "A1", "1.1.1", "1.1.1")
    found = joined(rows_of("uid", "1.1.1"), studies=(twice,))
    assert found.rows[0][0].stems == ("stem-1.1.1", "stem-1.1.1")


def test_nothing_is_joined_where_no_study_was_found() -> None:
    assert joined(rows_of("uid", "1.1"), studies=()) == Joined({}, ())


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (("9.9",), "t.csv: no value that is of an image here"),
        (("1.1", "1.1"), "t.csv, row 3: the Study Instance UID of row 2 again"),
        (("A1", "a1 "), "t.csv, row 3: the accession number of row 2 again"),
    ],
)
def test_a_row_that_cannot_be_joined_is_named_without_its_value(
    values: tuple[str, ...], found: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        joined(rows_of("uid", *values))
    assert refused.value.found == found
    assert refused.value.mend


def test_an_accession_number_of_two_studies_is_refused() -> None:
    two = (study("1.1", "A1"), study("1.2", "A1"))
    with pytest.raises(DatasetError, match=r"row 2: accession number of several studies"):
        joined(rows_of("uid", "A1"), studies=two)
