"""What the alarms and faults of a data check are called, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping

from condyle.domain.data_report import Alarm, Duplicate, Place
from condyle.reporting.evaluation.words import counted_word

ALARMS: Mapping[str, tuple[str, str, str]] = {
    "patient-on-several-sides": (
        "patient",
        "on several sides of the data set's own split",
        "Leave them out, or let Condyle draw the split by patient.",
    ),
    "picture-on-several-sides": (
        "pair of series",
        "the same or nearly, on two sides of the data set's own split",
        "Give both the same patient, or take one away.",
    ),
    "picture-of-several-patients": (
        "pair of series",
        "with equal pixels under two patients",
        "Find out whose the picture is; give copies the same patient, or take one away.",
    ),
    "alike-picture-of-several-patients": (
        "pair of series",
        "nearly the same under two patients",
        "Look at the pairs; one person may be there under two names.",
    ),
    "unreadable": (
        "file or image",
        "that cannot be read",
        "Copy it again from where it came from, or take it away.",
    ),
    "image-not-finite": (
        "image",
        "with pixels that are no numbers",
        "Export it again.",
    ),
    "image-blank": ("image", "of one value in every pixel", "Take it away."),
    "mask-size": (
        "mask",
        "of another size than its image",
        "Export the mask on the image's own grid.",
    ),
    "mask-heat-map": (
        "mask",
        "that looks like a heat map",
        "A heat map is no segmentation: leave it out, or have the structure outlined.",
    ),
    "mask-value": (
        "mask",
        "with a value that names no structure",
        "Name the value in the data's options, or correct the mask.",
    ),
    "mask-spread": (
        "mask",
        "over nearly the whole picture",
        "A label spread over a picture is no mask: use a recipe that learns labels.",
    ),
    "mask-rectangle": (
        "mask",
        "that is a filled rectangle",
        "It may be a box drawn as a mask: learn it as a box.",
    ),
    "mask-repeated": (
        "mask",
        "that is the same under several patients",
        "Find out whose it is; a template is no reference.",
    ),
    "masks-all-empty": ("set of masks", "with nothing marked in any", "Check how they were made."),
    "box-slice": ("box", "on a slice that its series does not have", "Correct its slice."),
    "box-empty": ("box", "without an inside", "Draw it again, or take it away."),
    "box-outside": ("box", "over the edge of its picture", "Check the size it was drawn at."),
    "box-tiny": ("box", "of fewer than 4 pixels along a side", "Look whether it was meant."),
    "box-spread": ("box", "over nearly the whole picture", "Look whether it was meant."),
    "box-twice": ("box", "that stands twice", "Take one away."),
    "label-of-one-value": (
        "label",
        "that is the same everywhere",
        "Nothing can be learned from it; bring patients with the other value.",
    ),
    "rare-value": (
        "label value",
        "in fewer than 10 patients",
        "Join values, or bring more patients; figures on so few say little.",
    ),
    "label-missing": (
        "label",
        "missing in more than 5 % of what carries labels",
        "Complete the table, or say why they are missing: what is missing is seldom so by chance.",
    ),
    "under-18": (
        "patient",
        "under 18",
        "Growing bones look otherwise: leave them out, or say that the bundle is for them.",
    ),
    "told-by-headers": (
        "class",
        "that headers alone tell",
        "A network may learn the scanner in place of the disease: balance the classes over it, "
        "or hold a site out with 'leave-one-out'.",
    ),
    "text-in-pictures": (
        "picture",
        "with burned-in text",
        "Text may name a patient: cover it before the images are passed on or trained on.",
    ),
    "marker-in-pictures": (
        "picture",
        "with a burned-in marker of a side or direction",
        "A network may read the marker: cover it, above all where it goes with a class.",
    ),
}
"""Code to what is counted, what is wrong with it, and what to do."""

_TURNS = {
    "as-it-is": "",
    "left-right": "mirrored left to right",
    "up-down": "mirrored top to bottom",
    "half-turn": "turned by 180 degrees",
}


def alarm_words(alarm: Alarm) -> str:
    """Words an alarm with what to do, such as ``"2 patients on several sides of ..."``.

    Args:
        alarm: What is worded; a code that has no words is given as it is.
    """
    if alarm.code not in ALARMS:
        return f"{alarm.code}: {alarm.count}"
    unit, what, mend = ALARMS[alarm.code]
    said = f"{counted(alarm.count, unit)} {what}"
    return said + (f" ({_few(alarm.subjects)})" if alarm.subjects else "") + f". {mend}"


def counted(count: int, unit: str) -> str:
    """Words a number of units; the first word of several becomes plural."""
    if unit.startswith(("pair ", "set ")):
        return f"{count:,} {unit if count == 1 else unit.replace(' ', 's ', 1)}"
    if unit == "file or image":
        return f"{count:,} {unit if count == 1 else 'files or images'}"
    if unit in ("box", "class"):
        return f"{count:,} {unit if count == 1 else unit + 'es'}"
    return counted_word(count, unit)


def fault_words(code: str) -> str:
    """Words the code of a fault, such as ``"mask over nearly the whole picture"``."""
    return " ".join(ALARMS[code][:2]) if code in ALARMS else code


def place_words(place: Place) -> str:
    """Words a place, such as ``"case 12, series 12_t2, slice 4"``."""
    words = [f"case {place.case}"]
    if place.series and place.series not in place.case:
        words.append(place.series)
    if place.slice is not None:
        words.append(f"slice {place.slice}")
    return ", ".join(words)


def pair_words(pair: Duplicate) -> str:
    """Words how two pictures are the same."""
    how = "equal pixels" if pair.exact else f"nearly the same (r {pair.correlation:.2f})"
    parts = [how, _TURNS[pair.turn], f"{pair.slices} slices" if pair.slices > 1 else ""]
    return ", ".join(part for part in parts if part)


def _few(subjects: tuple[str, ...], most: int = 5) -> str:
    more = len(subjects) - most
    return "; ".join(subjects[:most]) + (f"; and {more} more" if more > 0 else "")
