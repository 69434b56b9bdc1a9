"""Class folders: images sorted into folders by class, and by sequence and patient.

Nested in any order, such as::

    T1/patients/p07/a.png       T2/healthy/p12/b.png
    healthy/T1/...              train/tear/...          tear/p07/*.dcm

Which level is which is told by ``folder_classes``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from condyle.datasets.archive import Archive, ArchiveOptions, Side, Unreadable, refuse_options
from condyle.datasets.folder_classes import FolderClasses, folder_classes, tells_sequence
from condyle.datasets.folder_images import Found, images_among, may_hold_image
from condyle.datasets.owners import PATIENT_TABLE, Owners, owners_of
from condyle.datasets.patients import by_pattern, patient_pattern, patients_of
from condyle.datasets.split_files import is_split_name
from condyle.datasets.split_lists import NO_SIDES, Sides, sides_by_list, sides_of
from condyle.datasets.tree import Tree, names_below, natural, tree_of
from condyle.datasets.words import side_of
from condyle.domain.case import Case, Reference
from condyle.domain.study import Series, Study
from condyle.errors import BadConfiguration, DatasetError
from condyle.sources.files import known_suffix, safe_stem

NAME = "folders"
"""Name of the layout."""

HOLDS = "a folder a class, such as healthy/ and patients/, with images or folders of them"
"""What the folder holds, in words."""

READS = ("patient", "classes", "table", "columns", "covariates")
"""Options that are read."""

CLASS_LIST = "classes.txt"
"""File that lists the folders of the classes in the order of their numbers, one a line."""

LABEL = "class"
"""Name of the label, which each image has."""


@dataclass(frozen=True)
class _Owned:
    """Whose every image is, by its place in the list of images."""

    patients: tuple[str, ...]
    notes: tuple[str, ...]
    covariates: Mapping[str, Mapping[str, str]]


def is_folders(root: Path) -> bool:
    """Says whether a folder has this layout, by the names of its folders."""
    names = [name for name in names_below(root) if may_hold_image(name)]
    try:
        told = folder_classes(names, _listed_classes(root))
    except (DatasetError, BadConfiguration):
        return False
    return len(told.outside) < len(names) / 2


def open_folders(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a patient; each image is a series with a label of its own.

    Args:
        root: The folder.
        options: ``classes`` and those that tell patients are read.

    Raises:
        DatasetError: The folders do not say which class an image is of, or a path not
            whose it is; names the file.
        BadConfiguration: An option cannot be used or is not read.
    """
    refuse_options(NAME, options, reads=READS)
    tree = tree_of(root)
    read = list(images_among(tree.files))
    found = [one for one in read if isinstance(one, Found)]
    candidates = [file.label for file in tree.files if may_hold_image(file.label)]
    named_by = "data.options.classes" if options.classes else CLASS_LIST
    classes = options.classes or _listed_classes(root)
    told = folder_classes(candidates, classes, named_by=named_by)
    images = [one for one in found if one.path in told.of]
    owned = _owned(root, images, told, options)
    cases = _cases(images, told, owned)
    sides = _sides(tree, images, owned)
    counts = Counter(told.of[one.path] for one in images)
    counted = ", ".join(f"{name} {counts[n]}" for n, name in enumerate(told.names))
    return Archive(
        layout=NAME,
        cases=cases,
        labels={LABEL: told.names},
        sides=sides.of,
        leaks=sides.leaks,
        unreadable=(
            *(one for one in tree.unreadable if may_hold_image(one.file)),
            *(one for one in read if isinstance(one, Unreadable)),
            *(
                Unreadable(one.path, "in no folder of a class")
                for one in found
                if one.path not in told.of
            ),
            *sides.unreadable,
        ),
        notes=(told.note, f"Images: {counted}.", *owned.notes),
    )


def _owned(
    root: Path, images: Sequence[Found], told: FolderClasses, options: ArchiveOptions
) -> _Owned:
    """Tells whose each image is: by the option, a table, DICOM headers, folders or names."""
    paths = [one.path for one in images]
    if options.patient is not None:
        pattern = patient_pattern(options.patient)
        said = "The patient of each file was told by data.options.patient."
        return _Owned(tuple(by_pattern(pattern, path) for path in paths), (said,), {})
    if options.table or (root / PATIENT_TABLE).is_file():
        pictures = {path: path[: len(path) - len(known_suffix(path))] for path in paths}
        listed: Owners = owners_of(root, pictures, options, sides={})[0]
        whose = tuple(listed.patients[path] for path in paths)
        said = "The patient of each image stands in a table."
        return _Owned(whose, (said, *listed.notes), listed.covariates)
    if images and all(one.patient for one in images):
        said = "The patient of each series was told by its DICOM header."
        return _Owned(tuple(one.patient for one in images), (said,), {})
    if told.below:
        return _Owned(*_of_folders(images, told), {})
    guessed = patients_of(paths, options)
    if not guessed.own:
        return _Owned(tuple(guessed.of[path] for path in paths), (guessed.how,), {})
    return _Owned(_own_names(images, told), (guessed.how, *_shared_names(images)), {})


def _of_folders(
    images: Sequence[Found], told: FolderClasses
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Takes the patient's folder; numbers that start again in every class are told apart."""
    classes: dict[str, set[int]] = defaultdict(set)
    for one in images:
        classes[told.below[one.path]].add(told.of[one.path])
    shared = [name for name, within in classes.items() if len(within) > 1]
    restarted = len(shared) > len(classes) / 2 and all(name.isdecimal() for name in classes)
    said = "The patient of each file was taken from its folder's name."
    if not restarted:
        return tuple(told.below[one.path] for one in images), (said,)
    return (
        tuple(f"{told.names[told.of[one.path]]}-{told.below[one.path]}" for one in images),
        (
            said,
            "THE SAME NUMBERS OF PATIENTS OCCUR IN SEVERAL CLASSES and are taken for different"
            " people, counted anew in each class; where they are the same, name the patient with"
            " data.options.patient.",
        ),
    )


def _own_names(images: Sequence[Found], told: FolderClasses) -> tuple[str, ...]:
    """Gives each file's name, with its class where files of another class share it."""
    stems = [_stem(one) for one in images]
    classes: dict[str, set[int]] = defaultdict(set)
    for one, stem in zip(images, stems, strict=True):
        classes[stem].add(told.of[one.path])
    return tuple(
        stem if len(classes[stem]) == 1 else f"{told.names[told.of[one.path]]}-{stem}"
        for one, stem in zip(images, stems, strict=True)
    )


def _shared_names(images: Sequence[Found]) -> tuple[str, ...]:
    shared = len(images) - len({_stem(one) for one in images})
    said = "Files of one name and class, such as of several sequences, count as one patient's."
    return (said,) if shared else ()


def _stem(one: Found) -> str:
    name = PurePosixPath(one.path).name
    return name[: len(name) - len(known_suffix(name))]


def _cases(images: Sequence[Found], told: FolderClasses, owned: _Owned) -> tuple[Case, ...]:
    by_patient: dict[str, list[Found]] = defaultdict(list)
    for one, patient in zip(images, owned.patients, strict=True):
        by_patient[patient].append(one)
    cases = []
    for patient in sorted(by_patient, key=natural):
        series = _named(by_patient[patient])
        labels = [told.of[one.path] for one in by_patient[patient]]
        grades = {one.stem: {LABEL: label} for one, label in zip(series, labels, strict=True)}
        covariates = owned.covariates.get(by_patient[patient][0].path, {})
        study = Study(uid=None, series=series)
        cases.append(Case(patient, patient, study, Reference(grades=grades), covariates))
    return tuple(cases)


def _named(images: Sequence[Found]) -> tuple[Series, ...]:
    """Gives the series of a patient under different stems, the shortest that tell them apart."""
    for name in (_plain, _with_sequence, _with_folders):
        stems = [name(one) for one in images]
        if len({stem.lower() for stem in stems}) == len(stems):
            break
    else:
        stems = [f"{stem}-{number}" for number, stem in enumerate(stems, start=1)]
    return tuple(replace(one.series, stem=stem) for one, stem in zip(images, stems, strict=True))


def _plain(one: Found) -> str:
    return one.series.stem


def _with_sequence(one: Found) -> str:
    folders = [part for part in PurePosixPath(one.path).parts[:-1] if tells_sequence(part)]
    return safe_stem("-".join([*folders, one.series.stem]))


def _with_folders(one: Found) -> str:
    return safe_stem("-".join([*PurePosixPath(one.path).parts[:-1], one.series.stem]))


def _sides(tree: Tree, images: Sequence[Found], owned: _Owned) -> Sides:
    """Reads the data set's own split: from lists, else from folders that name its sides."""
    whose = {str(number): patient for number, patient in enumerate(owned.patients)}
    lists = [file for file in tree.files if is_split_name(file.label)]
    named = {str(number): (one.path,) for number, one in enumerate(images)}
    listed = sides_by_list(lists, named, whose)
    if listed.told_by:
        return listed
    said: dict[str, set[Side]] = defaultdict(set)
    for one, patient in zip(images, owned.patients, strict=True):
        sides = [side_of(part) for part in PurePosixPath(one.path).parts[:-1]]
        side = next((side for side in sides if side), None)
        if side is None:
            return NO_SIDES
        said[patient].add(side)
    return sides_of(said, (), ("folders",))


def _listed_classes(root: Path) -> tuple[str, ...]:
    """Reads the names of the classes in their order, where a file lists them."""
    try:
        lines = (root / CLASS_LIST).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(line.strip() for line in lines if line.strip())
