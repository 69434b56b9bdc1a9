"""Parts that objects of every kind have: codes, and who made them."""

from __future__ import annotations

from pydicom.dataset import Dataset

from condyle.dicom.values import items, text
from condyle.domain.anatomy import Code
from condyle.domain.outside import Maker


def first_item(instance: Dataset, keyword: str) -> Dataset | None:
    """Gives the first item of a sequence; ``None`` where there is none."""
    found = items([instance], keyword)
    return found[0] if found else None


def code_of(item: Dataset | None) -> Code | None:
    """Gives the code of a Code Sequence item (PS3.3 section 8.8), long and URN values too."""
    if item is None:
        return None
    value = next(
        (
            found
            for keyword in ("CodeValue", "LongCodeValue", "URNCodeValue")
            if (found := text([item], keyword))
        ),
        "",
    )
    return Code(text([item], "CodingSchemeDesignator"), value, text([item], "CodeMeaning"))


def meaning(item: Dataset | None) -> str:
    """Gives what a Code Sequence item means, or its value where it does not say."""
    code = code_of(item)
    return "" if code is None else code.meaning or code.value


def maker_of(instance: Dataset) -> Maker:
    """Gives who made an object; nothing of it names a patient."""
    return Maker(
        manufacturer=text([instance], "Manufacturer"),
        model=text([instance], "ManufacturerModelName"),
        version=text([instance], "SoftwareVersions"),
        description=text([instance], "SeriesDescription"),
    )
