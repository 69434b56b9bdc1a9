"""Parts that objects of every kind have: codes, and who made them."""

from __future__ import annotations

import datetime as dt

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


def person_of(item: Dataset, keyword: str) -> str:
    """Gives a person's name as one writes it: given names first, as PS3.5 6.2.1 orders parts."""
    written = text([item], keyword).split("=")[0]
    family, given, middle, prefix, suffix, *_ = [*written.split("^"), "", "", "", "", ""]
    return " ".join(
        part.strip() for part in (prefix, given, middle, family, suffix) if part.strip()
    )


def date_of(instance: Dataset) -> dt.date | None:
    """Gives the day that an object was made on, ``None`` where it states none that exists."""
    for keyword in ("ContentDate", "InstanceCreationDate", "SeriesDate"):
        written = text([instance], keyword)
        try:
            return dt.datetime.strptime(written[:8], "%Y%m%d").date()
        except ValueError:
            continue
    return None
