"""Public labelled archives whose licence lets anybody fetch them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from condyle.errors import DatasetError, UnknownName

GIB = 1 << 30


@dataclass(frozen=True)
class PublicFile:
    """A file of a public set.

    Attributes:
        name: As its host calls it.
        most_bytes: A larger one is not fetched.
        md5: Checksum, where it is known for certain; else the host's record states it.
    """

    name: str
    most_bytes: int
    md5: str = ""

    @property
    def unpacked(self) -> str:
        """Folder that a zip is unpacked into, empty for any other file."""
        return self.name.removesuffix(".zip") if self.name.endswith(".zip") else ""


@dataclass(frozen=True)
class PublicSet:
    """A public labelled archive.

    Attributes:
        name: What it is called here.
        title: What it is called by its authors.
        holds: What it holds, in a sentence.
        record: Address of its record at the host, in the JSON of InvenioRDM.
        page: Address for a reader.
        files: What is fetched.
        licence: Name of its licence.
        licence_id: The same as the record states it.
        licence_url: Where its text is.
        terms: What it asks for, in whole sentences.
        citation: What to cite.
    """

    name: str
    title: str
    holds: str
    record: str
    page: str
    files: tuple[PublicFile, ...]
    licence: str
    licence_id: str
    licence_url: str
    terms: str
    citation: str


PUBLIC_SETS: Mapping[str, PublicSet] = {
    "spider": PublicSet(
        name="spider",
        title="Lumbar spine segmentation in MR images: a dataset and a public benchmark (SPIDER)",
        holds="Lumbar MRI of 218 patients with masks of vertebrae, discs and canal, and gradings"
        " of the discs.",
        record="https://zenodo.org/api/records/10159290",
        page="https://zenodo.org/records/10159290",
        files=(
            PublicFile("overview.csv", 64 << 20),
            PublicFile("radiological_gradings.csv", 64 << 20),
            PublicFile("masks.zip", 4 * GIB),
            PublicFile("images.zip", 16 * GIB),
        ),
        licence="Creative Commons Attribution 4.0 International (CC BY 4.0)",
        licence_id="cc-by-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/legalcode",
        terms="You may share and adapt the data, also commercially, if you name the authors, link"
        " the licence and say what you changed. A model card has to name them as well.",
        citation="van der Graaf JW, van Hooff ML, Buckens CFM, et al. Lumbar spine segmentation in"
        " MR images: a dataset and a public benchmark. Scientific Data 11:264 (2024)."
        " doi 10.1038/s41597-024-03090-w",
    ),
}
"""By name; a set is added with a line here."""


@dataclass(frozen=True)
class Expected:
    """What a file must be.

    Attributes:
        url: Where it is fetched.
        size: Bytes.
        md5: Checksum, 32 hexadecimal digits.
    """

    url: str
    size: int
    md5: str


_NOT_A_RECORD = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


def public_set(name: str, sets: Mapping[str, PublicSet] = PUBLIC_SETS) -> PublicSet:
    """Gives the public set of a name.

    Args:
        name: A name of ``sets``.
        sets: Those that there are.

    Raises:
        UnknownName: There is none; the message lists the names.
    """
    if name not in sets:
        raise UnknownName("public data set", name, sets)
    return sets[name]


def expected_files(found: PublicSet, record: bytes) -> dict[str, Expected]:
    """Reads the record of a set: where each of its files is, and what it must be.

    Args:
        found: The set.
        record: The record's JSON.

    Raises:
        DatasetError: It is no such record, lacks a file, states another licence or another
            checksum than is known, or leads to another host.
    """
    try:
        values = json.loads(record)
        licence = str(values["metadata"]["license"]["id"]).lower()
        entries = {str(one["key"]): one for one in values["files"]}
        stated = {
            name: Expected(
                url=str(one["links"]["self"]),
                size=int(one["size"]),
                md5=str(one["checksum"]).lower().removeprefix("md5:"),
            )
            for name, one in entries.items()
        }
        hosts = {name: urlsplit(one.url)[:2] for name, one in stated.items()}
    except _NOT_A_RECORD as error:
        raise _bad_record(found, "another form than expected") from error
    if licence != found.licence_id:
        raise _bad_record(found, f"the licence '{licence[:40]}'")
    for file in found.files:
        one = stated.get(file.name)
        if one is None:
            raise _bad_record(found, f"no file {file.name}")
        if len(one.md5) != 32 or set(one.md5) - set("0123456789abcdef"):
            raise _bad_record(found, f"no MD5 checksum of {file.name}")
        if file.md5 and file.md5 != one.md5:
            raise _bad_record(found, f"another checksum of {file.name} than is known")
        if not 0 < one.size <= file.most_bytes:
            raise _bad_record(found, f"{one.size:,} bytes as the size of {file.name}")
        if hosts[file.name] != urlsplit(found.record)[:2]:
            raise _bad_record(found, f"an address of {file.name} at another host")
    return {file.name: stated[file.name] for file in found.files}


def licence_text(found: PublicSet) -> str:
    """Gives the licence of a set as it is shown and laid beside the data."""
    return "\n".join(
        (
            found.title,
            f"From: {found.page}",
            f"Licence: {found.licence}",
            found.licence_url,
            found.terms,
            f"Cite: {found.citation}",
            "",
        )
    )


def _bad_record(found: PublicSet, what: str) -> DatasetError:
    return DatasetError(
        f"The record of the data set '{found.name}' is not what it was.",
        found=what,
        needed=f"the record at {found.page} with its files under {found.licence}",
        mend="look at that page; where the set has changed, tell Condyle's maintainers.",
    )
