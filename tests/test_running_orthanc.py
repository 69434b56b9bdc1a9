"""The real PACS of the tests answers, forgets, and comes back with what it holds."""

from __future__ import annotations

import pytest
from pydicom.data import get_testdata_file
from tests.running_orthanc import RunningOrthanc, free_ports, running_orthanc


def _file() -> bytes:
    path = get_testdata_file("MR_small.dcm")
    assert isinstance(path, str)
    with open(path, "rb") as stream:
        return stream.read()


@pytest.mark.needs("orthanc")
def test_what_it_was_given_is_there_and_forgotten_when_it_is_emptied(
    orthanc: RunningOrthanc,
) -> None:
    orthanc.store(_file())

    (name,) = orthanc.instances()
    assert orthanc.file(name) == _file()

    orthanc.empty()
    assert not orthanc.instances()


@pytest.mark.needs("orthanc")
def test_it_comes_back_on_its_ports_with_what_it_held() -> None:
    with running_orthanc() as pacs:
        pacs.store(_file())
        address = pacs.web
        pacs.stop()
        pacs.start()

        assert pacs.web == address
        assert len(pacs.instances()) == 1
        assert pacs.rest("/dicom-web/studies")


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(5))) == 5
