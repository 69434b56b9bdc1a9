"""What stands in place of a value: a dummy, an empty one, a replaced UID (PS3.15 E.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import UID

WORD = "REMOVED"
"""The dummy of every text."""

_TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")
_FIXED: dict[str, Any] = {
    "AS": "000Y",
    "DA": "19000101",
    "DS": "1",
    "DT": "19000101000000",
    "IS": "1",
    "TM": "000000",
}
_BYTES = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
_NUMBERS = ("AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV")
# What the structure of a content tree is made of (PS3.3 C.17.3): no identity is in it.
_STRUCTURE = {
    "ContinuityOfContent": "SEPARATE CONTINUOUS",
    "GraphicAnnotationUnits": "PIXEL DISPLAY MATRIX",
    "GraphicFilled": "Y N",
    "GraphicType": "POINT MULTIPOINT POLYLINE POLYGON CIRCLE ELLIPSE ELLIPSOID INTERPOLATED",
    "RelationshipType": "CONTAINS HAS_OBS_CONTEXT HAS_CONCEPT_MOD HAS_PROPERTIES"
    " HAS_ACQ_CONTEXT INFERRED_FROM SELECTED_FROM",
    "TemporalRangeType": "POINT MULTIPOINT SEGMENT MULTISEGMENT BEGIN END",
    "ValueType": "TEXT NUM CODE DATETIME DATE TIME UIDREF PNAME COMPOSITE IMAGE WAVEFORM"
    " SCOORD SCOORD3D TCOORD CONTAINER TABLE",
}

_DOCUMENTED_UIDS = (
    "CodingSchemeUID",
    "ContextGroupExtensionCreatorUID",
    "ContextUID",
    "MappingResourceUID",
)


def dummy(element: DataElement) -> Any:
    """Gives a value that conforms to the element's VR and says nothing."""
    vr = element.VR
    if vr in _FIXED:
        return _FIXED[vr]
    if vr in _TEXTS:
        return WORD
    if vr in _BYTES or vr.startswith(("OB", "OW")):
        return bytes(8 if vr in ("OD", "OV") else 4)
    return 1 if vr in _NUMBERS or " or " in vr else None


def empty(element: DataElement) -> Any:
    """Gives the value of zero length of the element's VR."""
    if element.VR == "SQ":
        return Sequence([])
    return None if element.VR in _NUMBERS or element.VR in _BYTES else ""


def all_values(element: DataElement) -> list[Any]:
    """Gives an element's values, none where it is empty."""
    value = element.value
    if value is None or (isinstance(value, str | bytes) and not value):
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def is_standard_uid(value: str) -> bool:
    """Tells whether a UID names something of the standard and nothing of a hospital."""
    return UID(value).name != value or value.startswith("1.2.840.10008.")


def is_structure(element: DataElement) -> bool:
    """Tells whether an element is a word of a content tree's structure that all such use."""
    words = all_values(element)
    known = _STRUCTURE.get(element.keyword, "").split()
    return len(words) == 1 and str(words[0]).strip().replace(" ", "_") in known


def describes_pixels(element: DataElement) -> bool:
    """Tells whether an element is a number by which pixels are read, such as their rows.

    One that equals a patient's number is no identity, and nothing could be shown without it.
    """
    return element.tag.group == 0x0028 and element.VR.split(" or ")[0] in _NUMBERS


def names_a_thing(element: DataElement) -> bool:
    """Tells whether a UID element names an object of the hospital's, no kind of object or code."""
    kind = element.keyword.endswith(("ClassUID", "TransferSyntaxUID"))
    return element.keyword == "ManufacturerDeviceClassUID" or not (
        kind or element.keyword in _DOCUMENTED_UIDS
    )


def blank_items(sequence: Sequence, new_uid: Callable[[str], str]) -> Sequence:
    """Gives a sequence of the same structure whose leaves all are dummies.

    A dummy of a sequence has to conform to the object that holds it, and the structure of
    nested items is what it can conform by.

    Args:
        sequence: Of any depth.
        new_uid: Gives the UID that replaces one.
    """
    items = []
    for item in sequence:
        blank = Dataset()
        for element in item:
            if element.tag.is_private:
                continue
            if element.VR == "SQ":
                blank.add_new(element.tag, "SQ", blank_items(element.value, new_uid))
            elif element.VR == "UI":
                values = [str(one) for one in all_values(element)]
                thing = names_a_thing(element)
                new = [
                    new_uid(one) if thing and not is_standard_uid(one) else one for one in values
                ]
                blank.add_new(element.tag, "UI", new)
            elif is_structure(element):
                blank.add(element)
            elif not all_values(element):
                blank.add_new(element.tag, element.VR, empty(element))
            else:
                vr = element.VR.split(" or ")[0]
                count = len(all_values(element))  # as many, where a number of them is asked for
                one = dummy(element)
                blank.add_new(element.tag, vr, one if count == 1 else [one] * count)
        items.append(blank)
    return Sequence(items)
