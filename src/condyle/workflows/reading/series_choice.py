"""Which series of a study a lumbar bundle may read, and what each is good for."""

from __future__ import annotations

from dataclasses import dataclass

from condyle.bundle import InputContract
from condyle.domain.messages import Message
from condyle.domain.study import Series, Study

SPINE_WORDS = (
    "spine",
    "lumb",
    "lspine",
    "l-spine",
    "sacr",
    "spin",
    "vertebr",
    "wirbel",
    "lws",
    "colum",
)
OTHER_WORDS = (
    "knee", "ankle", "foot", "hip", "shoulder", "elbow", "wrist", "hand", "brain", "head", "skull",
    "breast", "chest", "heart", "cardiac", "liver", "prostate", "cervical", "cspine", "extremity",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What became of one series.

    Attributes:
        position: Of the series in the study.
        refusal: Why no bundle may read it, or ``None``.
        abstention: Why nothing may be graded on it, or ``None``.
    """

    position: int
    refusal: Message | None = None
    abstention: Message | None = None


def choose_series(study: Study, contract: InputContract) -> tuple[Choice, ...]:
    """Holds every series of a study against a bundle's input contract.

    Args:
        study: As it was opened.
        contract: Of the anatomy bundle.
    """
    return tuple(
        Choice(position, refusal=_refusal(series, contract), abstention=_abstention(series))
        for position, series in enumerate(study.series)
    )


def _refusal(series: Series, contract: InputContract) -> Message | None:
    plain = plain_refusal(series, contract)
    if plain is not None and plain.code == "not-an-mri":
        return plain
    other = _other_body_part(series)
    if other is not None:
        return Message("wrong-body-part", {"found": other}, series.stem)
    if series.plane.value is not None and series.plane.value not in contract.planes:
        return Message("wrong-plane", {}, series.stem)
    return plain


def plain_refusal(series: Series, contract: InputContract) -> Message | None:
    """Says why a series cannot be read whatever it shows, or gives ``None``.

    Args:
        series: Of a study.
        contract: Of the bundle: its modality, least sizes and spacing.
    """
    subject = series.stem
    if series.modality not in (None, contract.modality):
        return Message("not-an-mri", {}, subject)
    if min(series.shape[1:]) < contract.min_pixels:
        return Message("image-too-small", {}, subject)
    if series.shape[0] < contract.min_slices:
        return Message("too-few-slices", {}, subject)
    limits, spacing = contract.spacing_range_mm, series.spacing
    if limits and spacing and not all(limits[0] <= side <= limits[1] for side in spacing[1:]):
        told: dict[str, str | int | float] = {"least_mm": limits[0], "most_mm": limits[1]}
        return Message("spacing-out-of-range", told, subject)
    if any(note.code == "colour-picture" for note in series.notes):
        return Message("not-an-mri", {}, subject)
    return None


def _other_body_part(series: Series) -> str | None:
    """Gives the body part that the header names, where it is not the spine."""
    text = (series.body_part or "").lower()
    if not text or any(word in text for word in SPINE_WORDS):
        return None
    return next((word for word in OTHER_WORDS if word in text), None)


def _abstention(series: Series) -> Message | None:
    subject = series.stem
    if series.weighting.value == "stir":
        return Message("stir", {}, subject)
    if series.weighting.value == "pd":
        return Message("proton-density", {}, subject)
    if series.fat_suppressed.value:
        return Message("fat-suppressed", {}, subject)
    if series.contrast_agent.value:
        return Message("contrast-enhanced", {}, subject)
    if series.age_years is not None and series.age_years < 18:
        return Message("out-of-scope-age", {}, "study")
    return None
