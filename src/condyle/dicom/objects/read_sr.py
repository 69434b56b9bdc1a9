"""Reading a structured report of measurements (PS3.16 TID 1500), whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pydicom.dataset import Dataset

from condyle.dicom.header import broken, read_whole, without_remarks
from condyle.dicom.objects.read_parts import (
    code_of,
    date_of,
    first_item,
    maker_of,
    meaning,
    person_of,
)
from condyle.dicom.values import BROKEN, number, text
from condyle.domain.outside import Answer, OutsideFinding, OutsideRegion, OutsideResult
from condyle.sources import SourceFile

REPORTS = (
    "1.2.840.10008.5.1.4.1.1.88.11",
    "1.2.840.10008.5.1.4.1.1.88.22",
    "1.2.840.10008.5.1.4.1.1.88.33",
    "1.2.840.10008.5.1.4.1.1.88.34",
    "1.2.840.10008.5.1.4.1.1.88.35",
)
"""SOP Class UIDs of Basic Text, Enhanced, Comprehensive, Comprehensive 3D and Extensible SR."""

DEEPEST = 32
"""Items nested deeper are not looked at; no template of PS3.16 comes near."""

_GROUP = ("DCM", "125007")
_TRACKING = ("DCM", "112039")
_FINDING = ("DCM", "121071")
_OBSERVER = ("DCM", "121008")
_ALGORITHM = (("DCM", "111001"), ("DCM", "111003"))
_SITES = (("SCT", "363698007"), ("SRT", "G-C0E3"))


def read_report(file: SourceFile) -> OutsideResult:
    """Reads a structured report: its measurement groups, and what else it says in words.

    Args:
        file: Holds the object.

    Raises:
        BadImage: It is no structured report, or is damaged.
    """
    try:
        with without_remarks():
            return _read(read_whole(file), file)
    except BROKEN as error:
        raise broken(file, "a structured report that cannot be understood") from error


def _read(instance: Dataset, file: SourceFile) -> OutsideResult:
    if text([instance], "SOPClassUID") not in REPORTS:
        raise broken(file, "no structured report", "a DICOM structured report")
    items = list(_walk(instance, 0))
    groups = [item for item, _ in items if _is_named(item, _GROUP) and _type(item) == "CONTAINER"]
    return OutsideResult(
        kind="sr",
        uid=text([instance], "SOPInstanceUID"),
        series_uid=text([instance], "SeriesInstanceUID"),
        maker=maker_of(instance),
        title=meaning(first_item(instance, "ConceptNameCodeSequence")),
        verified=text([instance], "VerificationFlag").upper() == "VERIFIED",
        person=_person(instance, items),
        algorithm=_algorithm([item for item, _ in items]),
        made_on=date_of(instance),
        findings=tuple(_finding(group) for group in groups),
        texts=tuple(
            (_name(item), text([item], "TextValue"))
            for item, of_group in items
            if _type(item) == "TEXT" and not of_group and _relation(item) == "CONTAINS"
        ),
    )


def _person(instance: Dataset, content: Sequence[tuple[Dataset, bool]]) -> str:
    """Gives who verified the report, else who observed, else who wrote it."""
    for keyword, name in (
        ("VerifyingObserverSequence", "VerifyingObserverName"),
        ("AuthorObserverSequence", "PersonName"),
    ):
        item = first_item(instance, keyword)
        if item is not None and (found := person_of(item, name)):
            return found
    observers = (one for one, _ in content if _is_named(one, _OBSERVER))
    return next((found for one in observers if (found := person_of(one, "PersonName"))), "")


def _algorithm(content: Sequence[Dataset]) -> str:
    """Gives the name and version of the first algorithm that is named (PS3.16 TID 4019)."""
    parts = [
        next((text([one], "TextValue") for one in content if _is_named(one, code)), "")
        for code in _ALGORITHM
    ]
    return " ".join(part for part in parts if part) if parts[0] else ""


def _walk(item: Dataset, depth: int, of_group: bool = False) -> Iterator[tuple[Dataset, bool]]:
    """Gives every content item below one, and whether it lies in a measurement group."""
    if depth > DEEPEST:
        return
    for child in item.get("ContentSequence") or ():
        yield child, of_group
        yield from _walk(child, depth + 1, of_group or _is_named(child, _GROUP))


def _finding(group: Dataset) -> OutsideFinding:
    children = [child for child, _ in _walk(group, 0)]
    own = list(group.get("ContentSequence") or ())
    regions = tuple(region for child in children if (region := _region(child)) is not None)
    drawn_on = {(region.instance, region.frame) for region in regions}
    images = dict.fromkeys(
        (uid, frame)
        for child in children
        if _type(child) == "IMAGE"
        for uid, frame in [_image(child)]
        if uid is not None
    )
    return OutsideFinding(
        tracking=next((text([c], "TextValue") for c in own if _is_named(c, _TRACKING)), ""),
        finding=next((_value(c) for c in own if _is_named(c, _FINDING)), ""),
        site=_site(children),
        answers=tuple(_answers(own)),
        regions=regions,
        images=tuple(one for one in images if one not in drawn_on),
    )


def _site(children: Sequence[Dataset]) -> str:
    return next((_value(c) for c in children if any(_is_named(c, one) for one in _SITES)), "")


def _answers(children: Sequence[Dataset]) -> Iterator[Answer]:
    """Gives what a group contains; its context, such as the algorithm, is no answer."""
    for child in children:
        if _relation(child) != "CONTAINS" or _is_named(child, _FINDING):
            continue
        kind = _type(child)
        if kind == "NUM" and (measured := first_item(child, "MeasuredValueSequence")) is not None:
            unit = code_of(first_item(measured, "MeasurementUnitsCodeSequence"))
            value = number([measured], "NumericValue")
            if value is not None:
                yield Answer(_name(child), value, "" if unit is None else unit.value)
        elif kind == "CODE" and not any(_is_named(child, one) for one in _SITES):
            yield Answer(_name(child), _value(child))
        elif kind == "TEXT":
            yield Answer(_name(child), text([child], "TextValue"), free=True)


def _region(item: Dataset) -> OutsideRegion | None:
    kind = _type(item)
    if kind not in ("SCOORD", "SCOORD3D") or "GraphicData" not in item:
        return None
    values = np.asarray(item.GraphicData, dtype=np.float64)
    shape = text([item], "GraphicType").upper()
    if kind == "SCOORD3D":
        points = values[: len(values) // 3 * 3].reshape(-1, 3)
        return OutsideRegion(
            shape,
            tuple(tuple(map(float, one)) for one in points),
            None,
            frame_of_reference=text([item], "ReferencedFrameOfReferenceUID") or None,
        )
    pairs = values[: len(values) // 2 * 2].reshape(-1, 2)
    images = [one for one in item.get("ContentSequence") or () if _type(one) == "IMAGE"]
    uid, frame = _image(images[0]) if images else (None, 0)
    # DICOM counts from the corner of the first pixel, we from its centre.
    return OutsideRegion(
        shape, tuple((float(row) - 0.5, float(column) - 0.5) for column, row in pairs), uid, frame
    )


def _image(item: Dataset) -> tuple[str | None, int]:
    reference = first_item(item, "ReferencedSOPSequence")
    if reference is None:
        return None, 0
    frame = number([reference], "ReferencedFrameNumber")
    return text([reference], "ReferencedSOPInstanceUID") or None, int(frame) - 1 if frame else 0


def _type(item: Dataset) -> str:
    return text([item], "ValueType").upper()


def _relation(item: Dataset) -> str:
    return text([item], "RelationshipType").upper()


def _name(item: Dataset) -> str:
    return meaning(first_item(item, "ConceptNameCodeSequence"))


def _value(item: Dataset) -> str:
    return meaning(first_item(item, "ConceptCodeSequence")) or text([item], "TextValue")


def _is_named(item: Dataset, code: tuple[str, str]) -> bool:
    named = code_of(first_item(item, "ConceptNameCodeSequence"))
    return named is not None and (named.scheme, named.value) == code
