from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from condyle.service.dicomweb.accept import (
    DICOM,
    JSON,
    OCTETS,
    Given,
    frames_given,
    instance_given,
    json_media,
    ranges_of,
)

LITTLE, JPEG2000 = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90"


def test_ranges_are_read_with_their_parameters_the_most_wanted_first() -> None:
    found = ranges_of('a/b; q=0.2, multipart/related; type="c/d,e"; transfer-syntax=*, f/g;q=0')
    assert [one.media for one in found] == ["multipart/related", "a/b"]
    assert found[0].parameters["type"] == "c/d,e" and found[0].syntax == "*"


def test_no_header_takes_anything() -> None:
    assert [one.media for one in ranges_of("")] == ["*/*"]


@given(st.text(max_size=300))
def test_any_header_is_read_or_refused_and_nothing_else(header: str) -> None:
    ranges_of(header)
    with suppress(HTTPException):
        assert frames_given(header, LITTLE, 1).media == OCTETS


def test_a_very_long_header_costs_no_time() -> None:
    ranges_of('"' * 200_000 + ",;" * 100_000)


@pytest.mark.parametrize("accept", ["", "*/*", JSON, "application/*", f"text/html, {JSON};q=0.1"])
def test_json_is_dicoms_own(accept: str) -> None:
    assert json_media(accept) == JSON


def test_plain_json_is_given_as_such() -> None:
    assert json_media("application/json, text/plain") == "application/json"


@pytest.mark.parametrize("syntax", [LITTLE, JPEG2000])
def test_a_viewer_that_takes_octets_in_any_syntax_gets_what_is_stored(syntax: str) -> None:
    accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
    assert frames_given(accept, syntax, 3) == Given(OCTETS, multipart=True)


def test_several_frames_never_come_as_one() -> None:
    with pytest.raises(HTTPException):
        frames_given("application/octet-stream", LITTLE, 2)
    assert not frames_given("application/octet-stream", LITTLE, 1).multipart


@pytest.mark.parametrize("accept", ["", "*/*", f'multipart/related; type="{DICOM}"'])
def test_an_instance_comes_as_a_part_unless_asked_for_alone(accept: str) -> None:
    assert instance_given(accept, LITTLE) == Given(DICOM, multipart=True)
    assert instance_given(DICOM, LITTLE) == Given(DICOM, multipart=False)


def test_another_syntax_than_the_stored_one_is_not_given() -> None:
    with pytest.raises(HTTPException):
        instance_given(f"{DICOM}; transfer-syntax={JPEG2000}", LITTLE)
    assert instance_given(f"{DICOM}; transfer-syntax={JPEG2000}", JPEG2000)
