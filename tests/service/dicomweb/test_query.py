from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condyle.errors import InputError
from condyle.service.dicomweb.query import (
    INSTANCE_KEYS,
    MOST,
    SERIES_KEYS,
    STUDY_KEYS,
    read_query,
)
from condyle.service.dicomweb.search import name_pattern

ALL = STUDY_KEYS | SERIES_KEYS | INSTANCE_KEYS


def test_attributes_are_named_by_keyword_or_tag() -> None:
    by_keyword = read_query([("PatientName", "DOE*")], ALL)
    assert by_keyword == read_query([("00100010", "DOE*")], ALL)
    assert by_keyword.texts == {"PatientName": "DOE*"}


@pytest.mark.parametrize(
    ("value", "dates"),
    [
        ("20240229", (dt.date(2024, 2, 29), dt.date(2024, 2, 29))),
        ("20240101-20241231", (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
        ("20240101-", (dt.date(2024, 1, 1), None)),
        ("-20241231", (None, dt.date(2024, 12, 31))),
    ],
)
def test_a_date_is_one_or_a_range(value: str, dates: tuple[dt.date, dt.date]) -> None:
    assert read_query([("StudyDate", value)], ALL).dates == dates


def test_lists_of_uids_and_modalities_are_split_at_commas_and_backslashes() -> None:
    query = read_query([("StudyInstanceUID", "1.2,3.4"), ("ModalitiesInStudy", "MR\\CT")], ALL)
    assert query.lists == {"StudyInstanceUID": ("1.2", "3.4"), "ModalitiesInStudy": ("MR", "CT")}


def test_an_empty_value_and_a_lone_star_match_all() -> None:
    query = read_query([("PatientID", ""), ("PatientName", "*")], ALL)
    assert not query.texts and not query.ignored


def test_no_answer_holds_more_than_the_most() -> None:
    assert read_query([("limit", "999999")], ALL).limit == MOST == read_query([], ALL).limit


@pytest.mark.parametrize("name", ["SOPInstanceUID", "Modality", "ReferringPhysicianName", "x"])
def test_an_attribute_of_another_level_or_none_is_ignored_and_told(name: str) -> None:
    assert read_query([(name, "1")], STUDY_KEYS).ignored


def test_fields_to_include_are_taken_without_a_word() -> None:
    assert not read_query([("includefield", "all"), ("fuzzymatching", "false")], ALL).ignored


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*sorted(ALL), "limit", "offset", "00100010", "x"]),
            st.text(max_size=40),
        ),
        max_size=5,
    )
)
def test_any_query_is_read_or_refused_and_nothing_else(pairs: list[tuple[str, str]]) -> None:
    with suppress(InputError):
        query = read_query(pairs, ALL)
        assert 0 <= query.limit <= MOST and query.offset >= 0


@pytest.mark.parametrize(
    ("stated", "pattern"),
    [
        ("Doe", "doe"),
        ("DOE*", "doe%"),
        ("Doe^J*", "doe j%"),
        ("*^Jane", "% jane"),
        ("D?e", "d_e"),
        ("Müller*", "muller%"),
        ("100%", "100"),
    ],
)
def test_a_name_is_matched_folded_with_its_wildcards(stated: str, pattern: str) -> None:
    assert name_pattern(stated) == pattern
