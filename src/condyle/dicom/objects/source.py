"""The headers that an object of a study takes its patient, study and places from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydicom.dataset import Dataset, FileDataset

from condyle.dicom.header import is_dicom, read_header
from condyle.domain.report import SeriesSummary
from condyle.errors import BadImage, UsageError
from condyle.sources import SourceFile

# Type 2 attributes of the Patient and General Study modules (PS3.3 C.7.1.1, C.7.2.1), which
# an image that others stripped may lack, and which every object of ours repeats.
_REPEATED = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)


@dataclass(frozen=True)
class SourceStudy:
    """The images of one study that were read, without their pixels.

    Attributes:
        headers: SOP Instance UID to header.
    """

    headers: Mapping[str, FileDataset] = field(repr=False)

    @property
    def first(self) -> FileDataset:
        """The header that patient and study are taken from."""
        return self.headers[min(self.headers)]

    def of(self, series: SeriesSummary) -> list[FileDataset]:
        """Gives the headers behind a series, one an instance, in slice order."""
        uids = dict.fromkeys(one.sop_instance_uid for one in series.instances)
        return [self.headers[uid] for uid in uids if uid is not None]


def read_sources(files: Iterable[SourceFile], wanted: Collection[str]) -> SourceStudy:
    """Reads the headers of some instances.

    Args:
        files: Any files, the instances among them.
        wanted: SOP Instance UIDs of the instances.

    Raises:
        UsageError: One of them is not there, or none is wanted.
    """
    left, headers = set(wanted), {}
    for file in files:
        if not left:
            break
        header = _header(file)
        uid = str(header.get("SOPInstanceUID", "")) if header is not None else ""
        if header is not None and uid in left:
            left.remove(uid)
            headers[uid] = _completed(header)
    if left or not headers:
        raise UsageError(
            "The report cannot be exported with these images.",
            found=f"{len(headers)} of the {len(set(wanted))} images that it was made from",
            needed="the DICOM images that the report was made from, all of them",
            mend="give the study that was read, or read it again: condyle read STUDY --out DIR",
        )
    return SourceStudy(dict(sorted(headers.items())))


def wanted_of(series: Sequence[SeriesSummary]) -> set[str]:
    """Gives the instances behind some series."""
    return {
        one.sop_instance_uid
        for each in series
        for one in each.instances
        if one.sop_instance_uid is not None
    }


def _header(file: SourceFile) -> FileDataset | None:
    try:
        return read_header(file) if is_dicom(file) else None
    except (BadImage, OSError):
        return None


def _completed(header: FileDataset) -> FileDataset:
    for keyword in _REPEATED:
        if keyword not in header:
            setattr(header, keyword, "")
    # Not every way of writing text is known to the library that copies from here, Japanese with
    # an empty first value least of all. What was read is decoded by its own way all the same.
    header.SpecificCharacterSet = "ISO_IR 192"
    return header


def reference(header: Dataset) -> Dataset:
    """Gives an item that names an instance by its class and UID (PS3.3 table 10-11)."""
    item = Dataset()
    item.ReferencedSOPClassUID = header.SOPClassUID
    item.ReferencedSOPInstanceUID = header.SOPInstanceUID
    return item
