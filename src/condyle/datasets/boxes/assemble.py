"""From what annotators drew to an archive: one case a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from condyle.datasets.archive import Archive, ArchiveOptions, refuse_options
from condyle.datasets.boxes.annotators import annotator_folders, is_last_word
from condyle.datasets.boxes.drawn import Annotations, Drawn
from condyle.datasets.boxes.pictures import Pictures
from condyle.datasets.case_names import case_names
from condyle.datasets.consensus import Agreement, agreement_of, consensus_of
from condyle.datasets.owners import Owners, owners_of
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Study
from condyle.errors import BadConfiguration, DatasetError

NO_CLASS = "none"
"""Name of a box that shows the object without any of the classes."""

READS = ("patient", "table", "columns", "covariates", "classes", "consensus", "overlap")
"""Options that every layout with boxes reads."""

Reader = Callable[[str, Pictures], Annotations]
"""Reads the annotations of a folder, relative to the archive; ``"."`` is the archive."""


def box_archive(layout: str, root: Path, options: ArchiveOptions, *, read: Reader) -> Archive:
    """Reads an archive with boxes, of one annotator or of several in folders of their own.

    A picture without annotation was not looked at, and is no case.

    Args:
        layout: Name of the layout.
        root: The archive.
        options: As given.
        read: Reads the files of one annotator.

    Raises:
        DatasetError: An annotation cannot be used; names file, place in it and mend.
        BadConfiguration: An option is not read, or cannot be.
    """
    refuse_options(layout, options, reads=READS)
    _check_overlap(options)
    pictures, parts = _read_all(root, read)
    drawn = _by_picture([one for part in parts for one in part.drawn])
    placed = {
        one: {side for own in several for side in own.sides} for one, several in drawn.items()
    }
    owners, sides = owners_of(
        root, {one: pictures.key(one) for one in drawn}, options, sides=placed
    )
    listed = [name for part in parts for name in part.classes]
    no_class, classes = _classes(drawn, listed, options)
    boxes, notes, agreement = _settled(drawn, options)
    cases = _cases(pictures, owners, boxes, no_class)
    notes = (*dict.fromkeys(note for part in parts for note in part.notes), *notes)
    return Archive(
        layout=layout,
        cases=cases,
        box_classes=classes,
        sides=sides.of,
        leaks=sides.leaks,
        unreadable=tuple(pictures.unreadable),
        notes=(*owners.notes, *notes, *_unlooked(pictures, drawn)),
        agreement=agreement,
    )


def _check_overlap(options: ArchiveOptions) -> None:
    if not 0.0 < options.overlap <= 1.0:
        raise BadConfiguration(
            "data.options.overlap cannot be used.",
            found=f"{options.overlap:g}",
            needed="an intersection over union above 0 and at most 1",
            mend="give 0.5, for example.",
        )


def _read_all(root: Path, read: Reader) -> tuple[Pictures, list[Annotations]]:
    """Reads the folders of annotators, or the archive itself where there are none."""
    folders = annotator_folders(root)
    pictures = Pictures(root, folders)
    parts = [_named(read(folder, pictures), folder) for folder in folders or (".",)]
    if any(part.drawn for part in parts) or not folders:
        return pictures, parts
    # A folder may be called so and hold something else.
    pictures = Pictures(root)
    return pictures, [read(".", pictures)]


def _named(part: Annotations, folder: str) -> Annotations:
    """Gives annotations the name of their folder where their file names nobody."""
    if folder == ".":
        return part
    return replace(
        part, drawn=tuple(replace(one, annotator=one.annotator or folder) for one in part.drawn)
    )


def _by_picture(drawn: Sequence[Drawn]) -> dict[str, list[Drawn]]:
    pictures: dict[str, list[Drawn]] = {}
    for one in drawn:
        known = pictures.setdefault(one.picture, [])
        if one.annotator in {other.annotator for other in known}:
            raise DatasetError(
                "A picture of the data is annotated twice.",
                found=f"{one.picture}" + (f", by {one.annotator}" if one.annotator else ""),
                needed="one annotation of it by each annotator",
                mend="take the older one away, or put each annotator into a folder.",
            )
        known.append(one)
    return dict(sorted(pictures.items()))


def _classes(
    drawn: Mapping[str, Sequence[Drawn]], listed: Sequence[str], options: ArchiveOptions
) -> tuple[str, tuple[str, ...]]:
    """Gives the name of a box without class, and the classes in order."""
    used = {name for s in drawn.values() for one in s for box in one.boxes for name in box.labels}
    names = options.classes or (*dict.fromkeys(listed), *sorted(used - set(listed)))
    no_class = next((name for name in (*names, *used) if name.lower() == NO_CLASS), NO_CLASS)
    if strange := sorted(used - {*names, no_class}):
        raise DatasetError(
            "A box of the data has a class that was not named.",
            found=f"'{strange[0]}' in {_first_with(drawn, strange[0])}",
            needed="one of: " + ", ".join(names),
            mend="correct the box, or data.options.classes.",
        )
    return no_class, tuple(name for name in names if name != no_class)


def _first_with(drawn: Mapping[str, Sequence[Drawn]], name: str) -> str:
    return next(
        picture
        for picture, several in drawn.items()
        if any(name in box.labels for one in several for box in one.boxes)
    )


def _settled(
    drawn: Mapping[str, Sequence[Drawn]], options: ArchiveOptions
) -> tuple[dict[str, tuple[LabelledBox, ...]], tuple[str, ...], dict[str, float]]:
    """Gives the boxes of each picture that hold, with what to say of it."""
    annotators = {one.annotator for several in drawn.values() for one in several}
    if len(annotators) < 2:
        return {picture: several[0].boxes for picture, several in drawn.items()}, (), {}
    boxes: dict[str, tuple[LabelledBox, ...]] = {}
    blind: dict[str, list[tuple[str, tuple[LabelledBox, ...]]]] = {}
    adjudicated = 0
    for picture, several in drawn.items():
        last = [one for one in several if is_last_word(one.annotator)]
        read = [(one.annotator, one.boxes) for one in several if one not in last]
        blind[picture] = read
        adjudicated += bool(last)
        boxes[picture] = (
            tuple(replace(box, annotator="") for box in last[0].boxes)
            if last
            else consensus_of(
                [own for _, own in read], rule=options.consensus, overlap=options.overlap
            )
        )
    found: Agreement = agreement_of(blind, overlap=options.overlap)
    readers = len({name for name in annotators if not is_last_word(name)})
    note = (
        f"{readers} annotators: a box and its labels hold by the rule '{options.consensus}',"
        f" boxes being one from an overlap of {options.overlap:g}"
        + (f"; {adjudicated} of {len(drawn)} pictures were adjudicated." if adjudicated else ".")
    )
    return boxes, (note, *found.notes), dict(found.figures)


def _cases(
    pictures: Pictures,
    owners: Owners,
    boxes: Mapping[str, tuple[LabelledBox, ...]],
    no_class: str,
) -> tuple[Case, ...]:
    cases = []
    names = case_names([pictures.key(picture) for picture in boxes])
    for picture, own in boxes.items():
        series = pictures.series(picture)
        if series is None:
            continue
        bare = tuple(
            replace(box, labels=tuple(name for name in box.labels if name != no_class))
            for box in own
        )
        case = Case(
            id=names[pictures.key(picture)],
            patient=owners.patients[picture],
            study=Study(uid=None, series=(series,)),
            reference=Reference(boxes={series.stem: bare}),
            covariates=owners.covariates.get(picture, {}),
        )
        cases.append(case)
    return tuple(cases)


def _unlooked(pictures: Pictures, drawn: Mapping[str, Sequence[Drawn]]) -> tuple[str, ...]:
    rest = pictures.count - len(drawn)
    if rest <= 0:
        return ()
    many = "1 picture has" if rest == 1 else f"{rest} pictures have"
    return (f"{many} no annotation: not looked at, and left out.",)
