"""Options of an archive are read as they are typed."""

from __future__ import annotations

import pytest

from condyle.datasets.archive import ArchiveOptions
from condyle.datasets.option_text import options_of
from condyle.errors import BadConfiguration, UnknownName


def test_no_option_leaves_everything_as_it_is() -> None:
    assert options_of([]) == ArchiveOptions()


def test_every_option_is_read() -> None:
    typed = [
        "patient=^([^/=]+)=/",
        "table=all.csv",
        "labels=acl, meniscus,",
        "covariates=sex",
        "classes=no,yes",
        "columns.image=path",
        "columns.patient=who",
        "structures.255=lesion",
        "consensus=all",
        "overlap=0.7",
    ]
    assert options_of(typed) == ArchiveOptions(
        patient="^([^/=]+)=/",
        table="all.csv",
        columns={"image": "path", "patient": "who"},
        labels=("acl", "meniscus"),
        covariates=("sex",),
        classes=("no", "yes"),
        structures={"255": "lesion"},
        consensus="all",
        overlap=0.7,
    )


def test_the_later_of_two_counts() -> None:
    assert options_of(["table=a.csv", "table=b.csv"]).table == "b.csv"


@pytest.mark.parametrize("typed", ["patient", "patient=", "=x", "overlap=0", "overlap=much"])
def test_what_cannot_be_read_is_refused_in_four_lines(typed: str) -> None:
    with pytest.raises((BadConfiguration, UnknownName)) as caught:
        options_of([typed])
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("typed", ["colour=red", "columns=a", "columns.=a", "patient.x=1"])
def test_an_unknown_option_lists_those_there_are(typed: str) -> None:
    with pytest.raises(UnknownName) as caught:
        options_of([typed])
    assert "columns.NAME" in caught.value.needed


def test_an_unknown_consensus_lists_those_there_are() -> None:
    with pytest.raises(UnknownName) as caught:
        options_of(["consensus=most"])
    assert caught.value.needed == "one of: all, any, majority"
