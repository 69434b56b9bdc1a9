"""Every status that a peer may answer becomes an error that says what to do."""

from __future__ import annotations

import pytest
from pynetdicom import status as listed

from condyle.dicom.network.status import is_done, is_warning, may_pass, status_error, words_of

_TABLES = {
    "storage": listed.STORAGE_SERVICE_CLASS_STATUS,
    "find": listed.QR_FIND_SERVICE_CLASS_STATUS,
    "move": listed.QR_MOVE_SERVICE_CLASS_STATUS,
    "get": listed.QR_GET_SERVICE_CLASS_STATUS,
    "verification": listed.VERIFICATION_SERVICE_CLASS_STATUS,
    "general": listed.GENERAL_STATUS,
}


@pytest.mark.parametrize("service", _TABLES)
def test_every_status_of_a_service_has_words_of_its_own_and_a_way_to_mend(service: str) -> None:
    unknown = words_of(0x5555)
    for code, (category, _) in _TABLES[service].items():
        if category in ("Success", "Pending"):
            continue
        error = status_error(code, failed="It was not done.", peer="pacs")
        assert len(error.lines()) == 4
        assert f"0x{code:04X}" in error.found
        assert words_of(code) != unknown, hex(code)


@pytest.mark.parametrize("service", _TABLES)
def test_warnings_count_as_done_and_failures_do_not(service: str) -> None:
    for code, (category, _) in _TABLES[service].items():
        if category == "Warning":
            assert is_warning(code) and is_done(code), hex(code)
        elif category == "Failure":
            assert not is_done(code), hex(code)


@pytest.mark.parametrize("code", [0x0000, 0x5555, 0xFFFF, 0xFE00, 0xD000])
def test_any_number_of_sixteen_bits_has_words(code: int) -> None:
    assert all(words_of(code))


def test_a_full_disk_may_pass_and_a_wrong_class_does_not() -> None:
    assert may_pass(0xA700)
    assert may_pass(0xA7FF)
    assert not may_pass(0xA900)
    assert not may_pass(0x0122)
