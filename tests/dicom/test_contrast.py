"""Weighting, fat suppression and contrast agent from the header alone."""

import csv
import os
from pathlib import Path

import pytest

from condyle.dicom import SequenceFacts, weighting_of


def _spin_echo(repetition: float, echo: float, **facts: object) -> SequenceFacts:
    return SequenceFacts(pulse="SE", repetition_ms=repetition, echo_ms=echo, **facts)


@pytest.mark.parametrize(
    ("repetition", "echo", "weighting"),
    [
        (500, 10, "t1"),
        (999, 30, "t1"),
        (3500, 100, "t2"),
        (1000, 124, "t2"),
        (2500, 30, "pd"),
        (2450, 50.5, "pd"),
        (1300, 12, "unknown"),
        (500, 80, "unknown"),
        (0, 0, None),
    ],
)
def test_spin_echo_timing_tells_the_weighting(
    repetition: float, echo: float, weighting: str | None
) -> None:
    assert weighting_of(_spin_echo(repetition, echo)).weighting.value == weighting


def test_a_longer_repetition_is_still_t1_at_three_tesla() -> None:
    assert weighting_of(_spin_echo(1100, 10, field_t=3.0)).weighting.value == "t1"
    assert weighting_of(_spin_echo(1100, 10, field_t=1.5)).weighting.value == "unknown"


def test_a_three_dimensional_t2_spin_echo_is_told_apart() -> None:
    assert weighting_of(_spin_echo(1000, 124, three_d=True)).weighting.value == "t2-space"
    assert weighting_of(_spin_echo(1500, 130, words="t2 space sag")).weighting.value == "t2-space"
    assert weighting_of(_spin_echo(600, 12, three_d=True)).weighting.value == "t1"


@pytest.mark.parametrize(
    ("inversion", "echo", "weighting"),
    [
        (110, 40, "stir"),
        (160, 60, "stir"),
        (220, 60, "stir"),
        (800, 12, "t1"),
        (2200, 100, "unknown"),
    ],
)
def test_inversion_time_tells_stir_from_flair(
    inversion: float, echo: float, weighting: str
) -> None:
    facts = _spin_echo(4000, echo, inversion=True, inversion_ms=inversion)
    assert weighting_of(facts).weighting.value == weighting


def test_stir_counts_as_fat_suppressed() -> None:
    facts = _spin_echo(4000, 50, inversion=True, inversion_ms=150)
    assert weighting_of(facts).fat_suppressed.value is True


def test_an_inversion_without_a_time_is_named_by_its_words() -> None:
    facts = _spin_echo(4000, 50, inversion=True, words="sag stir")
    assert weighting_of(facts).weighting.value == "stir"


@pytest.mark.parametrize("pulse", ["GR", "EP"])
def test_a_gradient_echo_is_not_guessed(pulse: str) -> None:
    facts = SequenceFacts(pulse=pulse, repetition_ms=500, echo_ms=10)
    assert weighting_of(facts).weighting.value == "unknown"


@pytest.mark.parametrize(
    ("stated", "weighting"),
    [("T1", "t1"), ("PROTON_DENSITY", "pd"), ("STIR", "stir"), ("DIFFUSION", "unknown")],
)
def test_an_enhanced_instance_states_its_contrast(stated: str, weighting: str) -> None:
    facts = _spin_echo(3500, 100, acquisition_contrast=stated)
    assert weighting_of(facts).weighting.value == weighting


@pytest.mark.parametrize(
    ("words", "weighting"),
    [
        ("sag t2 tse", "t2"),
        ("t1w sag", "t1"),
        ("t2* gre", None),
        ("t1 map", None),
        ("pd fs cor", "pd"),
        ("t2 stir", "stir"),
        ("t2 space", "t2-space"),
        ("t1 and t2", None),
        ("", None),
    ],
)
def test_words_tell_the_weighting_where_timing_is_absent(words: str, weighting: str | None) -> None:
    contrast = weighting_of(SequenceFacts(words=words))
    assert contrast.weighting.value == weighting
    assert not contrast.weighting.estimated


def test_timing_is_believed_before_words_and_the_conflict_is_told() -> None:
    contrast = weighting_of(_spin_echo(500, 10, words="t2 sag"))
    assert (contrast.weighting.value, contrast.named) == ("t1", "t2")
    assert weighting_of(_spin_echo(3500, 100, words="t2 sag")).named is None


@pytest.mark.parametrize("kind", ["FAT", "OPP_PHASE", "T2 MAP", "ADC"])
def test_a_map_or_fat_image_has_no_weighting_to_read(kind: str) -> None:
    facts = _spin_echo(3500, 100, image_type=("DERIVED", "PRIMARY", "DIXON", kind))
    assert weighting_of(facts).weighting.value == "unknown"


@pytest.mark.parametrize(
    "facts",
    [
        {"words": "t2 fs sag"},
        {"words": "t2 spair"},
        {"words": "pd fatsat"},
        {"words": "pd fat sat"},
        {"options": ("FS", "PFP")},
        {"fat_option": "FAT"},
        {"image_type": ("DERIVED", "PRIMARY", "DIXON", "WATER")},
    ],
)
def test_fat_suppression_is_read_from_any_of_its_places(facts: dict[str, object]) -> None:
    assert weighting_of(_spin_echo(3500, 100, **facts)).fat_suppressed.value is True


def test_fat_suppression_that_nothing_speaks_of_is_none() -> None:
    assert weighting_of(SequenceFacts()).fat_suppressed.value is None
    assert weighting_of(_spin_echo(500, 10, words="t1 tse offs")).fat_suppressed.value is False


@pytest.mark.parametrize(
    ("facts", "agent"),
    [
        ({"agent": "GADOVIST"}, True),
        ({"agent": "NO"}, False),
        ({"words": "t1 sag +c"}, True),
        ({"words": "t1 sag + gd"}, True),
        ({"words": "t1 fs post gad"}, True),
        ({"words": "t1 con contraste"}, True),
        ({"words": "t1 sin contraste"}, False),
        ({"words": "t1 without contrast"}, False),
        ({"words": "t1 pre gd"}, False),
        ({"words": "t1 posterior"}, False),
        ({"words": "t2 sag"}, False),
    ],
)
def test_a_contrast_agent_is_read_from_its_field_or_the_words(
    facts: dict[str, object], agent: bool
) -> None:
    assert weighting_of(_spin_echo(500, 10, **facts)).contrast_agent.value is agent


@pytest.mark.needs("data")
def test_the_timing_of_real_scanners_gives_the_weighting_that_readers_gave() -> None:
    table = Path(os.environ["CONDYLE_TEST_DATA"]) / "lumbar-spider" / "series.csv"
    wrong = []
    with table.open() as stream:
        for row in csv.DictReader(stream):
            facts = _spin_echo(
                float(row["RepetitionTime"]),
                float(row["EchoTime"]),
                three_d=row["MRAcquisitionType"] == "3D",
                field_t=float(row["MagneticFieldStrength"]),
            )
            stated = row["series"].split("_", 1)[1].lower().replace("_", "-")
            found = weighting_of(facts).weighting.value
            # Eleven series that the readers called T2 are three-dimensional.
            if found != stated and (found, stated) != ("t2-space", "t2"):
                wrong.append((stated, found))
    assert wrong == []
