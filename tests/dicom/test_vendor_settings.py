"""Settings as scanners of several makers write them, against what the images show."""

from __future__ import annotations

import pytest

from condyle.dicom import SequenceFacts, weighting_of


def _facts(
    timing: tuple[float, ...], words: str, kind: str = "ORIGINAL/PRIMARY/M", **more: object
) -> SequenceFacts:
    repetition, echo, *inversion = timing
    return SequenceFacts(
        pulse=str(more.pop("pulse", "SE")),
        repetition_ms=repetition,
        echo_ms=echo,
        inversion=bool(inversion),
        inversion_ms=inversion[0] if inversion else None,
        words=words,
        image_type=tuple(kind.split("/")),
        **more,
    )


@pytest.mark.parametrize(
    ("facts", "weighting", "fat"),
    [
        (_facts((650, 11), "t1 tse sag"), "t1", False),
        (_facts((800, 9), "t1 tse sag 3t", field_t=3.0), "t1", False),
        (_facts((3500, 105), "t2 tse sag 384"), "t2", False),
        (_facts((4260, 86), "sag t2 frfse", options=("FAST_GEMS", "EDR_GEMS")), "t2", False),
        (_facts((2600, 120), "t2w tse sag"), "t2", False),
        (_facts((3800, 90), "t2 tse fs sag", options=("PFP", "FS")), "t2", True),
        (_facts((4000, 74), "t2w spair"), "t2", True),
        (_facts((1500, 129), "t2 space sag iso", three_d=True), "t2-space", False),
        (_facts((2500, 90), "sag cube t2", three_d=True), "t2-space", False),
        (_facts((2000, 250), "t2w 3d view", three_d=True), "t2-space", False),
        (_facts((3400, 40, 150), "t2 tirm sag"), "stir", True),
        (_facts((4500, 60, 220), "sag stir 3t", field_t=3.0), "stir", True),
        (_facts((2500, 70, 165), "stir tse longte"), "stir", True),
        (_facts((2500, 24, 920), "sag t1 flair", field_t=3.0), "t1", False),
        (_facts((2000, 9, 860), "t1 tirm dark fluid"), "t1", False),
        (_facts((9000, 110, 2500), "t2 flair"), "unknown", False),
        (_facts((2800, 30), "pd tse sag"), "pd", False),
        (_facts((3000, 35), "pdfs sag"), "pd", True),
        (_facts((3000, 80), "t2fs sag"), "t2", True),
        (_facts((3000, 80), "t2w mdixon", "ORIGINAL/PRIMARY/W/W/DERIVED"), "t2", True),
        (_facts((3000, 80), "t2w mdixon", "ORIGINAL/PRIMARY/IP/IP/DERIVED"), "t2", False),
        (_facts((3000, 80), "t2w mdixon", "ORIGINAL/PRIMARY/F/F/DERIVED"), "unknown", False),
        (_facts((3000, 80), "t2w mdixon w"), "t2", True),
        (_facts((3000, 80), "ideal", "DERIVED/PRIMARY/DIXON/WATER"), "t2", True),
        (_facts((1000, 92), "t2 haste sag"), "t2", False),
        (_facts((8000, 746), "haste myelo 40mm slab"), "unknown", False),
        (_facts((6000, 1000), "thick slab myelogram"), "unknown", False),
        (_facts((500, 12), "t2 me2d medic", pulse="GR"), "unknown", False),
        (_facts((7, 3), "ciss 3d", pulse="GR", three_d=True), "unknown", False),
        (_facts((5000, 80), "ep2d diff", pulse="EP"), "unknown", False),
        (_facts((3500, 105), "t2", "ORIGINAL/PRIMARY/PHASE MAP/P"), "unknown", False),
    ],
    ids=lambda value: value.words if isinstance(value, SequenceFacts) else None,
)
def test_the_settings_of_makers_give_what_their_images_show(
    facts: SequenceFacts, weighting: str, fat: bool
) -> None:
    contrast = weighting_of(facts)
    assert contrast.weighting.value == weighting
    assert contrast.fat_suppressed.value is fat
    assert contrast.contrast_agent.value is False
    assert not contrast.weighting.estimated


@pytest.mark.parametrize(
    "stated", ["N/A", "NIL", "-", "WITHOUT", "KEIN", "AUCUN", "NINGUNO", "FALSE", "NO", "NONE"]
)
def test_an_agent_that_is_denied_in_its_own_field_was_not_given(stated: str) -> None:
    assert weighting_of(_facts((600, 10), "t1", agent=stated)).contrast_agent.value is False


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("t1 fs post gd", True),
        ("t1 sag km", True),
        ("t1+c", True),
        ("t1 post", True),
        ("t1 post contrast", True),
        ("t2 sag post op", False),
        ("t2 sag post-op l4 l5", False),
        ("t2 posterior elements", False),
        ("t1 nativ", False),
    ],
)
def test_words_after_an_operation_are_not_words_of_an_agent(words: str, given: bool) -> None:
    assert weighting_of(_facts((600, 10), words)).contrast_agent.value is given
