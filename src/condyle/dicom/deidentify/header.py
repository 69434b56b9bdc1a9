"""One instance without its patient: attributes changed, what was done written down in it."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID

from condyle.dicom.deidentify.identities import identities_of
from condyle.dicom.deidentify.private import SafePrivate, known_safe
from condyle.dicom.deidentify.profile import BASIC, Option, Profile
from condyle.dicom.deidentify.project import Person, Project
from condyle.dicom.deidentify.search import Needles, named
from condyle.dicom.deidentify.walk import Walk
from condyle.dicom.values import text
from condyle.dicom.write import IMPLEMENTATION_UID

_FILE_META = (0x00020001, 0x00020002, 0x00020010)
_METHOD_LENGTH = 64


@dataclass(frozen=True)
class Deidentified:
    """What became of an instance.

    Attributes:
        dataset: Without its patient; the one that was given is as it was.
        changes: How often each letter of the standard was carried out on each tag, such as
            ``("X", "0010,1040")``.
        person: Whose it was.
    """

    dataset: Dataset = field(repr=False)
    changes: Counter[tuple[str, str]]
    person: Person = field(repr=False)


def person_of(dataset: Dataset) -> Person:
    """Gives whose an instance is: by Patient ID and issuer, else name and birth date.

    An instance that states none of these is of its study's patient.
    """
    stated = [text([dataset], "PatientID"), text([dataset], "IssuerOfPatientID")]
    if not stated[0]:
        stated = [
            "",
            text([dataset], "PatientName").casefold(),
            text([dataset], "PatientBirthDate"),
        ]
    if not any(stated):
        stated = ["", "", "", text([dataset], "StudyInstanceUID")]
    return Person("\0".join(stated))


def deidentified(
    dataset: Dataset,
    project: Project,
    profile: Profile = BASIC,
    *,
    safe_private: SafePrivate | None = None,
    person: Person | None = None,
) -> Deidentified:
    """Takes the identity out of an instance's attributes (PS3.15 E.2 and E.3).

    Its pixels are not looked at: ``burned.py`` does that, and says what (0028,0301) is.
    Beyond the standard's table, names, private and unknown attributes and UIDs that it does
    not list go as well, and so does every text that holds an identity of this instance.

    Args:
        dataset: Any instance, with or without pixels; it is not changed.
        project: Whose secret gives the new UIDs, pseudonyms and shifts.
        profile: The basic profile with any of its options.
        safe_private: Private attributes that the option keeps; those known by default.
        person: Whose it is, where the caller knows it better than the instance.
    """
    owner = person or person_of(dataset)
    own = identities_of(dataset, profile)
    safe = known_safe() if safe_private is None else safe_private
    forbidden = own.words | {word for phrase in own.phrases for word in phrase.split()}
    walk = Walk(project, profile, owner, safe, Needles(own), forbidden)
    changed = copy.deepcopy(dataset)
    meta = getattr(changed, "file_meta", None)
    changed.file_meta = FileMetaDataset()
    walk.through(changed)
    _mark(changed, profile)
    if meta is not None:
        _write_meta(changed, meta, walk)
    if hasattr(changed, "preamble"):
        changed.preamble = bytes(128)
    return Deidentified(changed, walk.changes, owner)


def _mark(dataset: Dataset, profile: Profile) -> None:
    """Writes down what was done (PS3.15 E.1.1 step 6, PS3.3 C.7.1.1)."""
    dataset.PatientIdentityRemoved = "YES"
    words = ["basic", *sorted(option.value for option in profile.options)]
    method = [f"Condyle {version('condyle')} PS3.15 E"]
    for word in words:
        if len(method[-1]) + len(word) >= _METHOD_LENGTH or len(method) == 1:
            method.append(word)
        else:
            method[-1] += f" {word}"
    dataset.DeidentificationMethod = method
    dataset.DeidentificationMethodCodeSequence = Sequence([_code(*one) for one in profile.codes])
    dataset.LongitudinalTemporalInformationModified = profile.dates


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = "DCM"
    item.CodeMeaning = meaning
    return item


def _write_meta(dataset: Dataset, meta: Dataset, walk: Walk) -> None:
    """Writes file meta of our own: the old one may tell stations and UIDs."""
    new = FileMetaDataset()
    for tag in _FILE_META:
        if tag in meta:
            new[tag] = meta[tag]
    new.MediaStorageSOPInstanceUID = UID(str(dataset.get("SOPInstanceUID", "")))
    new.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    new.ImplementationVersionName = "CONDYLE"
    for tag in meta.keys() - new.keys() - {BaseTag(0x00020000)}:
        walk.changes["X", named(tag)] += 1
    retained = walk.profile.has(Option.RETAIN_UIDS)
    walk.changes["K" if retained else "U", "0002,0003"] += 1
    dataset.file_meta = new
