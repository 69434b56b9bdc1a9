"""Which series of a study an image bundle may read, and what to bear in mind of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from condyle.bundle import InputContract, Manifest
from condyle.domain.messages import Message
from condyle.domain.study import Series, Study, takes
from condyle.domain.volume import Volume
from condyle.errors import BadImage
from condyle.workflows.reading.series_choice import OTHER_WORDS, SPINE_WORDS, plain_refusal

BODY_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lumbar-spine": SPINE_WORDS,
        "knee": ("knee", "knie", "rodilla", "genu", "genou", "ginocchio", "joelho"),
        "ankle": ("ankle", "talus", "foot", "tobillo", "cheville", "sprung", "caviglia"),
    }
)
"""Anatomy to words of a header that name it; an anatomy without words is read whatever the
header says, with a warning."""

CHILDREN = "age-under-18"


@dataclass(frozen=True)
class Taken:
    """A series that a bundle reads.

    Attributes:
        position: Of the series in the study.
        series: As it was opened.
        volume: Its pixels.
    """

    position: int
    series: Series
    volume: Volume = field(repr=False)


@dataclass(frozen=True)
class Taking:
    """What of a study a bundle reads.

    Attributes:
        taken: Series that it reads.
        refused: Why each of the others is not read.
        warnings: What to bear in mind of those that are.
        abstention: Why nothing may be decided, or ``None``.
    """

    taken: tuple[Taken, ...]
    refused: tuple[Message, ...]
    warnings: tuple[Message, ...]
    abstention: Message | None


def take_series(study: Study, manifest: Manifest) -> Taking:
    """Holds every series of a study against a bundle's input contract, and loads those it reads.

    A series that shows something else than the contract names is refused; what nothing
    tells, as of a picture without a header, is read with a warning. Images of both sides of
    a paired part are two examinations, of which no decision could say whose it is.

    Args:
        study: As it was opened.
        manifest: Of the bundle.
    """
    taken: list[Taken] = []
    refused: list[Message] = []
    for position, series in enumerate(study.series):
        refusal = _refusal(series, manifest.input)
        if refusal is None:
            try:
                taken.append(Taken(position, series, series.load()))
            except BadImage as error:
                told = {"file": series.stem, "found": error.found or error.failed}
                refusal = Message("unusable-image", told, series.stem)
        if refusal is not None:
            refused.append(refusal)
    sides = {one.series.laterality.value for one in taken} - {None}
    if len(sides) > 1:
        refused += [Message("both-sides", {}, one.series.stem) for one in taken]
        taken = []
    return Taking(
        taken=tuple(taken),
        refused=tuple(refused),
        warnings=tuple(w for one in taken for w in _warnings(one.series)),
        abstention=_abstention([one.series for one in taken], manifest),
    )


def _refusal(series: Series, contract: InputContract) -> Message | None:
    plain = plain_refusal(series, contract)
    if plain is not None:
        return plain
    other = _other_body_part(series, contract.anatomy)
    if other is not None:
        told = {"found": other, "anatomy": contract.anatomy}
        return Message("other-body-part", told, series.stem)
    if takes(series, planes=contract.planes, weightings=contract.weightings):
        return None
    plane = series.plane.value
    if plane is not None and plane not in contract.planes:
        return Message("other-plane", {"plane": plane}, series.stem)
    weighting = series.weighting.value or "unknown"
    return Message("other-weighting", {"weighting": weighting}, series.stem)


def _other_body_part(series: Series, anatomy: str) -> str | None:
    """Gives the body part that the header names, where it is not the bundle's."""
    text = (series.body_part or "").lower()
    own = BODY_WORDS.get(anatomy, ())
    if not text or not own or any(word in text for word in own):
        return None
    others = [word for name, words in BODY_WORDS.items() if name != anatomy for word in words]
    return next((word for word in (*OTHER_WORDS, *others) if word in text), None)


def _warnings(series: Series) -> list[Message]:
    stem = series.stem
    found = []
    if not series.body_part:
        found.append(Message("body-part-unknown", {}, stem))
    if series.plane.value is None:
        found.append(Message("plane-unknown", {}, stem))
    if series.weighting.value in (None, "unknown"):
        found.append(Message("weighting-unknown", {}, stem))
    if series.spacing is None:
        found.append(Message("spacing-unknown", {}, stem))
    return found


def _abstention(series: Sequence[Series], manifest: Manifest) -> Message | None:
    ages = [one.age_years for one in series if one.age_years is not None]
    if CHILDREN in manifest.exclusions and ages and min(ages) < 18:
        return Message("out-of-scope-age", {}, "study")
    return None
