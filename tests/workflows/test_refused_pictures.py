"""A picture that nothing lays must look like a spine, lie upright, and have its proportions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from condyle.domain.messages import Message
from condyle.domain.volume import Volume
from condyle.interpretation import SliceAnatomy
from condyle.interpretation.chain import Chain
from condyle.interpretation.discs import Disc
from condyle.interpretation.turn import turn_of
from condyle.preprocessing.placement import Placement
from condyle.reporting.wording import LANGUAGES, word
from condyle.workflows.reading.study_anatomy import (
    MIN_CONFIDENCE,
    MIN_PICTURE_SCORE,
    MOST_SQUASHED,
    MOST_STRETCHED,
    refusal_of,
)

ARRAY = np.zeros((1, 256, 256), dtype=np.float32)
BARE = Volume(ARRAY)
SCALED = Volume(ARRAY, spacing=(4.0, 1.0, 1.0))
LAID = Volume(ARRAY, spacing=(4.0, 1.0, 1.0), affine=np.eye(4))
LEANS = (-30.0, -12.0, -4.0, 0.0, 3.0, 6.0, 7.0)
CODES = (
    *("picture-upside-down", "picture-mirrored", "picture-half-turned"),
    *("picture-squashed", "picture-stretched"),
)


def lordotic(*, rows: bool = False, columns: bool = False, length: float = 30.0) -> SliceAnatomy:
    """Seven discs as those of an upright spine that faces left, or with axes exchanged."""
    discs = []
    for number, lean in enumerate(LEANS):
        row, column = 205.0 - 30 * number, 130.0 - 12 * math.sin(math.pi * number / 6)
        centre = (255 - row if rows else row, 255 - column if columns else column)
        down = math.sin(math.radians(lean)) * (1 if rows == columns else -1)
        way = (down, math.cos(math.radians(lean)))
        discs.append(Disc(centre, way, length, 9.0, np.zeros((0, 2), dtype=np.intp)))
    discs.sort(key=lambda disc: -disc.centre[0])
    empty = np.zeros((256, 256), dtype=np.uint8)
    return SliceAnatomy(
        empty,
        empty,
        Chain(tuple(discs), canal_share=0.0 if columns else 1.0),
        Placement((256, 256), (256, 256)),
        confidence=0.95,
        inside=np.ones((256, 256), dtype=bool),
    )


@pytest.mark.parametrize("volume", [BARE, SCALED, LAID])
def test_an_upright_spine_is_refused_nowhere(volume: Volume) -> None:
    assert refusal_of(lordotic(), volume, aspect=1.0) is None


@pytest.mark.parametrize(("rows", "columns"), [(True, False), (False, True), (True, True)])
def test_a_turned_one_is_refused_unless_a_header_lays_it(rows: bool, columns: bool) -> None:
    turned = lordotic(rows=rows, columns=columns)
    expected = {
        "upside-down": "picture-upside-down",
        "mirrored": "picture-mirrored",
        "half-turn": "picture-half-turned",
    }[turn_of(turned)]
    assert refusal_of(turned, BARE, aspect=1.0) == expected
    assert refusal_of(turned, SCALED, aspect=1.0) == expected
    assert refusal_of(turned, LAID, aspect=1.0) is None


def test_a_squashed_one_is_refused_where_no_spacing_is_known() -> None:
    seen = lordotic(length=38.0)
    proportion = seen.chain.proportion
    over, under = MOST_SQUASHED / proportion + 0.01, MOST_SQUASHED / proportion - 0.01
    assert refusal_of(seen, BARE, aspect=over) == "picture-squashed"
    assert refusal_of(seen, BARE, aspect=under) is None
    assert refusal_of(seen, LAID, aspect=over) is None


def test_a_stretched_one_is_refused_where_no_spacing_is_known() -> None:
    seen = lordotic(length=38.0)
    edge = MOST_STRETCHED / seen.chain.proportion
    assert refusal_of(seen, BARE, aspect=edge - 0.01) == "picture-stretched"
    assert refusal_of(seen, BARE, aspect=edge + 0.01) is None
    assert refusal_of(seen, LAID, aspect=edge - 0.01) is None


def test_what_is_no_spine_is_said_to_be_none_and_not_turned() -> None:
    turned = lordotic(rows=True, columns=True)
    unsure = replace(turned, confidence=MIN_CONFIDENCE - 0.001)
    doubtful = replace(turned, confidence=(MIN_CONFIDENCE + MIN_PICTURE_SCORE) / 2)
    nothing = replace(turned, chain=Chain(()))
    for volume in (BARE, LAID):
        assert refusal_of(unsure, volume, aspect=1.0) == "no-spine-found"
        assert refusal_of(nothing, volume, aspect=1.0) == "no-spine-found"
    assert refusal_of(doubtful, BARE, aspect=1.0) == "no-spine-found"


@pytest.mark.parametrize("code", CODES)
def test_each_refusal_says_how_to_mend_it_in_every_language(code: str) -> None:
    told = {language: word(Message(code, {}, "s"), language) for language in LANGUAGES}
    assert len(set(told.values())) == len(told)
    assert "read it again" in told["en"]
    assert "vuelva a leerla" in told["es"]
