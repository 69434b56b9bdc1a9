"""What another system's index is asked and answers is checked as the standard writes it."""

from __future__ import annotations

import pytest
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset

from condyle.dicom.network.found import Filters, instance_of, series_of, study_of
from condyle.errors import UsageError


def answer(**values: object) -> Dataset:
    one = Dataset()
    for keyword, value in values.items():
        setattr(one, keyword, value)
    return one


@pytest.mark.parametrize(
    "dates",
    ["2024010120241231", "20240101--20241231", "20240101-2024", "20241340", "20230229",
     "٢٠٢٤٠١٠١", "20240101-20241301", "20240101 -", "20240101-20240102-20240103"],
)  # fmt: skip
def test_a_date_that_no_calendar_has_or_that_is_cut_wrongly_is_refused(dates: str) -> None:
    with pytest.raises(UsageError, match="date"):
        Filters(dates=dates).check()


@pytest.mark.parametrize("dates", ["20240229", "20240229-20240229", "-19991231"])
def test_a_day_of_the_calendar_is_taken(dates: str) -> None:
    Filters(dates=dates).check()


@pytest.mark.parametrize("uid", ["..", ".", "1..2", ".1", "1.", "1.2/3", "1.2 ", "١.٢"])
@pytest.mark.parametrize("field", ["study", "series"])
def test_dots_alone_or_side_by_side_are_no_uid(field: str, uid: str) -> None:
    with pytest.raises(UsageError) as error:
        Filters(**{field: uid}).check()

    assert len(error.value.lines()) == 4
    assert uid not in error.value.found


@pytest.mark.parametrize("uid", ["1", "2.25.0", "9" * 64])
def test_a_uid_of_digits_between_single_dots_is_taken(uid: str) -> None:
    Filters(study=uid, series=uid).check()


def test_who_was_looked_for_is_in_no_text_of_the_question_or_the_answer() -> None:
    filters = Filters(patient_id="P-77", patient_name="SAMPLE^A", accession="ACC-77")
    found = study_of(
        answer(
            StudyInstanceUID="1.2", PatientID="P-77", PatientName="SAMPLE^A",
            AccessionNumber="ACC-77", PatientBirthDate="19700504",
        )
    )  # fmt: skip

    for text in (repr(filters), repr(found)):
        assert not [word for word in ("P-77", "SAMPLE", "ACC-77", "19700504") if word in text]


@pytest.mark.parametrize(
    ("stated", "read"),
    [("MR", ("MR",)), (["MR", "SR"], ("MR", "SR")), (["MR", ""], ("MR",)), (None, ())],
)
def test_the_modalities_of_a_study_are_those_that_are_not_empty(
    stated: object, read: tuple[str, ...]
) -> None:
    found = study_of(answer(StudyInstanceUID="1.2", ModalitiesInStudy=stated))

    assert found is not None
    assert found.modalities == read


@pytest.mark.parametrize("uid", ["", "..", "../1", "1.2\\1.3", "a"])
def test_an_answer_whose_uid_is_none_or_could_be_a_path_is_none(uid: str) -> None:
    with disable_value_validation():
        raw = answer(StudyInstanceUID=uid, SeriesInstanceUID=uid, SOPInstanceUID=uid)

    assert (study_of(raw), series_of(raw), instance_of(raw)) == (None, None, None)


def test_what_a_peer_leaves_out_of_an_answer_is_taken_from_the_question() -> None:
    one = instance_of(answer(SOPInstanceUID="1.2.3.4"), "1.2", "1.2.3")
    series = series_of(answer(SeriesInstanceUID="1.2.3"), "1.2")

    assert one is not None and (one.study, one.series, one.class_uid) == ("1.2", "1.2.3", "")
    assert series is not None and (series.study, series.number, series.instances) == (
        "1.2", None, None,
    )  # fmt: skip


def test_a_line_that_would_move_the_cursor_of_a_terminal_is_made_blank() -> None:
    found = series_of(answer(SeriesInstanceUID="1.2", SeriesDescription="T2\x1b[2Jcor\nx"))

    assert found is not None
    assert found.description == "T2 [2Jcor x"
