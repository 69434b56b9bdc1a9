"""Pairs of an image and its mask, however the two lie beside one another.

Such as::

    images/a.png   masks/a.png          also labels/, and imagesTr/ with labelsTr/
    a.png          a_mask.png           also a-label.nii.gz
    p01/image.png  p01/mask.png         a folder a patient
    train/images/a.png                  or train.txt, val.txt and test.txt beside them,
                                        or nnU-Net's splits_final.json

Which is which is told by ``pair_names``, what the masks' values mean by ``mask_values``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from condyle.datasets.archive import Archive, ArchiveOptions, Side, Unreadable, refuse_options
from condyle.datasets.mask_values import Meaning
from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.datasets.owners import PATIENT_TABLE, Owners, owners_of
from condyle.datasets.pair_guess import matched_files
from condyle.datasets.pair_names import Matched
from condyle.datasets.pair_reading import Pair, mask_of, read_pairs
from condyle.datasets.patients import Patients, each_its_own, patients_of
from condyle.datasets.split_folds import sides_by_folds
from condyle.datasets.split_lists import Sides, sides_by_list, sides_of
from condyle.datasets.structure_names import meaning_in
from condyle.datasets.tree import Tree, is_image_name, names_below, source_file, tree_of
from condyle.datasets.words import IMAGE_WORDS, MASK_WORDS, SIDES, side_of, words_of
from condyle.domain.case import Case, Reference
from condyle.domain.study import Study
from condyle.sources import SourceFile
from condyle.sources.files import known_suffix, safe_stem

NAME = "pairs"
"""Name of the layout."""

HOLDS = "images/ beside masks/, x.png beside x_mask.png, or image and mask in a folder a patient"
"""What the folder holds, in words."""


READS = ("patient", "structures", "table", "columns", "covariates")
"""Options that are read."""


def is_pairs(root: Path) -> bool:
    """Says whether a folder has this layout, by the names in it, or by a few of its files."""
    names = [name for name in names_below(root) if is_image_name(name)]
    opened = {name: source_file(root, root / name) for name in names}
    files = {name: file for name, file in opened.items() if isinstance(file, SourceFile)}
    matched, _ = matched_files(files)
    return len(matched.pairs) > len(matched.masks)


def open_pairs(root: Path, options: ArchiveOptions) -> Archive:
    """Gives one case a mask, with the image, or the several channels, that it lies on.

    Args:
        root: The folder.
        options: ``structures`` and those that tell patients are read.

    Raises:
        DatasetError: An image and its mask differ in size, a mask is a picture, a list of
            the split names nothing, or its folds cannot be used; names the file.
        BadConfiguration: An option cannot be used or is not read.
    """
    refuse_options(NAME, options, reads=READS)
    tree = tree_of(root)
    files = {file.label: file for file in tree.files if is_image_name(file.label)}
    matched, word = matched_files(files)
    read = list(read_pairs(files, matched.pairs))
    pairs = [one for one in read if isinstance(one, Pair)]
    meaning = _meaning(root, pairs, options)
    owners = _owners(root, pairs, options)
    patients, sides, refuted = _patients_and_sides(tree, pairs, options, owners)
    return Archive(
        layout=NAME,
        cases=_cases(pairs, meaning, patients.of, owners.covariates),
        structures=meaning.structures,
        sides=sides.of,
        rounds=sides.rounds,
        leaks=sides.leaks,
        unreadable=(
            *(one for one in tree.unreadable if is_image_name(one.file)),
            *(one for one in read if isinstance(one, Unreadable)),
            *(Unreadable(path, "an image without a mask") for path in matched.images),
            *(Unreadable(path, "a mask without an image") for path in matched.masks),
            *sides.unreadable,
        ),
        notes=(patients.how, *refuted, *meaning.notes, *word, *_notes(pairs, matched, sides)),
    )


def _meaning(root: Path, pairs: Sequence[Pair], options: ArchiveOptions) -> Meaning:
    if not pairs:
        return Meaning(())
    return meaning_in(root, [pair.seen for pair in pairs], options.structures)


def _owners(root: Path, pairs: Sequence[Pair], options: ArchiveOptions) -> Owners:
    """Reads the table of patients where there is one; names nobody where there is none."""
    if not options.table and not (root / PATIENT_TABLE).is_file():
        return Owners({})
    ids = _ids(pairs)
    pictures = {pair.images[0]: ids[pair.mask.label] for pair in pairs}
    found, _ = owners_of(root, pictures, options, sides={})
    masks = {pair.images[0]: pair.mask.label for pair in pairs}
    return Owners(
        {masks[image]: patient for image, patient in found.patients.items()},
        {masks[image]: found.covariates.get(image, {}) for image in found.patients},
        found.notes,
    )


def _patients_and_sides(
    tree: Tree, pairs: Sequence[Pair], options: ArchiveOptions, owners: Owners
) -> tuple[Patients, Sides, tuple[str, ...]]:
    """Tells patients and sides; a guess of patients that the own split refutes is dropped."""
    if owners.patients:
        listed = Patients(owners.patients, "The patient of each image stands in a table.")
        return listed, _sides(tree, pairs, listed), owners.notes
    plain = options.patient is None
    paths = {pair.mask.label: _plain(pair.images[0]) if plain else pair.images[0] for pair in pairs}
    told = _of_masks(patients_of(list(paths.values()), options), paths)
    sides = _sides(tree, pairs, told)
    if told.certain or not sides.leaks:
        return told, sides, ()
    own = _of_masks(each_its_own(list(paths.values())), paths)
    note = (
        "The names look as if several images were of one patient, but the data set's own split"
        " parts them; name the patient with data.options.patient where they are."
    )
    return own, _sides(tree, pairs, own), (note,)


def _of_masks(told: Patients, paths: Mapping[str, str]) -> Patients:
    return replace(told, of={mask: told.of[path] for mask, path in paths.items()})


def _sides(tree: Tree, pairs: Sequence[Pair], patients: Patients) -> Sides:
    folded = _sides_of_folds(tree, pairs, patients)
    if folded is not None:
        return folded
    names = {pair.mask.label: (*pair.images, pair.mask.label) for pair in pairs}
    ids = _ids(pairs)
    listed = sides_by_list(
        tree.files,
        {mask: (*paths, ids[mask], _plain(paths[0])) for mask, paths in names.items()},
        patients.of,
    )
    if listed.told_by:
        return listed
    said: dict[str, set[Side]] = defaultdict(set)
    for pair in pairs:
        side = _side_of_path(pair.images[0])
        if side is None:
            return replace(listed, of={})
        said[patients.of[pair.mask.label]].add(side)
    return sides_of(said, listed.unreadable, ("folders",))


def _sides_of_folds(tree: Tree, pairs: Sequence[Pair], patients: Patients) -> Sides | None:
    """Reads nnU-Net's folds, in which a case has the name of its mask, without ending."""
    sides = {pair.mask.label: _side_of_path(pair.images[0]) for pair in pairs}
    tested = {mask for mask, side in sides.items() if side == "test"}
    names = {
        pair.mask.label: {_last(_plain(path)) for path in (pair.mask.label, *pair.images)}
        for pair in pairs
        if pair.mask.label not in tested
    }
    return sides_by_folds(tree.files, names, patients.of, tested=tested)


def _side_of_path(path: str) -> Side | None:
    """Gives the side that a folder says, the outermost first, else the file's name."""
    sides = [side_of(part) for part in PurePosixPath(path).parts]
    return next((side for side in sides if side), None)


def _cases(
    pairs: Sequence[Pair],
    meaning: Meaning,
    patients: Mapping[str, str],
    covariates: Mapping[str, Mapping[str, str]],
) -> tuple[Case, ...]:
    ids = _ids(pairs)
    made = []
    for pair in pairs:
        name, mask = ids[pair.mask.label], pair.mask.label
        series = pair.series
        if len(series) == 1:
            series = (replace(series[0], stem=name),)
        readers = {one.stem: partial(mask_of, pair.mask, one, meaning) for one in series}
        made.append(
            Case(
                id=name,
                patient=patients[mask],
                study=Study(uid=None, series=series),
                reference=Reference(masks=MasksOnDemand(readers)),
                covariates=covariates.get(mask, {}),
            )
        )
    return tuple(made)


def _ids(pairs: Sequence[Pair]) -> dict[str, str]:
    """Names each case after its image, with the folders where another has the same name."""
    plain = {pair.mask.label: _plain(pair.images[0]) for pair in pairs}
    for name in (_last, _telling, _whole):
        ids = {mask: safe_stem(name(path)) for mask, path in plain.items()}
        if len(set(ids.values())) == len(ids):
            return ids
    seen: Counter[str] = Counter()
    for mask, found in ids.items():
        seen[found] += 1
        ids[mask] = f"{found}-{seen[found]}" if seen[found] > 1 else found
    return ids


def _last(path: str) -> str:
    return PurePosixPath(path).name


def _telling(path: str) -> str:
    """Gives the parts of a path that say more than image, mask or side."""
    plain = IMAGE_WORDS | MASK_WORDS | set(SIDES)
    parts = [part for part in path.split("/") if not set(words_of(part)) <= plain]
    return "-".join(parts) or _whole(path)


def _whole(path: str) -> str:
    return path.replace("/", "-")


def _plain(path: str) -> str:
    """Leaves out of a path the ending, and the number of the first channel as nnU-Net has it."""
    bare = path[: len(path) - len(known_suffix(path))]
    return re.sub(r"_0000$", "", bare)


def _notes(pairs: Sequence[Pair], matched: Matched, sides: Sides) -> tuple[str, ...]:
    notes = []
    empty = sum(1 for pair in pairs if set(pair.seen.counts) == {0})
    if empty:
        notes.append(f"{empty} of {len(pairs)} masks are empty and count as without a lesion.")
    if matched.loose:
        notes.append(
            f"{len(matched.loose)} masks were paired by the numbers in their names or by their"
            f" folder alone, such as {matched.loose[0]} with {matched.pairs[matched.loose[0]][0]}."
        )
    if matched.images or matched.masks:
        notes.append(
            f"{len(matched.images)} images have no mask and {len(matched.masks)} masks no image;"
            " they are left out."
        )
    if sides.told_by:
        notes.append(f"The data set's own split was read from {', '.join(sides.told_by)}.")
    return tuple(notes)
