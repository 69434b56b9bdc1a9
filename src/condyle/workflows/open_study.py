"""From paths to one study: where sources, DICOM and the other formats meet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from condyle import dicom, images, sources
from condyle.domain.messages import Message
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.study import LeftOut, Series, Study
from condyle.errors import BadImage, NothingReadable, SeveralStudies, UsageError
from condyle.sources import SourceFile, SourceTree

_NEEDED = "DICOM, NIfTI, NRRD, MHA, NPY, PNG, JPEG or TIFF images of one study"


@contextmanager
def open_study(
    paths: Sequence[str | os.PathLike[str]],
    *,
    study: int | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Iterator[Study]:
    """Opens everything that was named as one study, for as long as it is entered.

    DICOM images are sorted into studies and patients by their headers; image files of
    other formats have no such header and are together one study. Where both are there,
    the DICOM study is read and the others are left out with a reason. A DICOMDIR that is
    named stands for the files that it lists.

    Args:
        paths: Files, folders, zips and DICOMDIRs.
        study: Which study to take where there are several, counted from 1 in the order
            that the error lists them.
        progress: Called a file at a time in the stage ``"discover"``.

    Raises:
        NothingReadable: No image was found.
        SeveralStudies: Images of more than one study or patient, and none was picked.
        UnsafeInput: A safe limit was passed, or an archive looks hostile.
        BadImage: The only file given is an image that cannot be used.
        UsageError: The study picked does not exist.
    """
    with sources.open(list(dicom.with_listed(paths))) as tree:
        pictures, rest = _split(tree.files)
        found = dicom.discover(rest, progress=progress)
        if found.studies:
            others = _others_left_out(pictures)
            chosen = _choose(found, study)
            left_out = (*tree.left_out, *found.left_out, *chosen.left_out, *others)
            yield replace(chosen, left_out=left_out)
            return
        series, broken, errors = _read_images(pictures, progress)
        left_out = (*tree.left_out, *found.left_out, *broken)
        if not series:
            raise _nothing(tree, left_out, errors)
        yield _study_of_pictures(series, left_out, study)


def _split(files: Sequence[SourceFile]) -> tuple[list[SourceFile], list[SourceFile]]:
    """Parts the files of other image formats from what may be DICOM."""
    pictures: list[SourceFile] = []
    rest: list[SourceFile] = []
    for file in files:
        try:
            (pictures if images.recognises(file) else rest).append(file)
        except OSError:
            rest.append(file)
    return pictures, rest


def _choose(found: dicom.Discovery, study: int | None) -> Study:
    studies = found.studies
    if study is not None:
        if not 1 <= study <= len(studies):
            raise _no_such_study(study, len(studies))
        return studies[study - 1].study
    if len(studies) == 1:
        return studies[0].study
    listed = "; ".join(
        f"{number}: {len(one.study.series)} series, {_count(one.images, 'image')}"
        for number, one in enumerate(studies[:6], start=1)
    )
    more = "; ..." if len(studies) > 6 else ""
    patients = len({one.patient for one in studies})
    raise SeveralStudies(
        "Images of more than one study were given together.",
        found=f"{len(studies)} studies of {_count(patients, 'patient')} ({listed}{more})",
        needed="one study of one patient",
        mend=f"give one study's folder, or pick one with --study 1 to --study {len(studies)}.",
    )


def _read_images(
    files: Sequence[SourceFile], progress: ProgressCallback
) -> tuple[list[Series], list[LeftOut], list[BadImage]]:
    series: list[Series] = []
    left_out: list[LeftOut] = []
    errors: list[BadImage] = []
    for done, file in enumerate(files, start=1):
        try:
            series.append(images.read_image(file))
        except BadImage as error:
            errors.append(error)
            params = {"file": file.label, "found": error.found}
            left_out.append(LeftOut(Message("unusable-image", params, file.label)))
        except OSError:
            params = {"file": file.label, "found": "a file that cannot be opened"}
            left_out.append(LeftOut(Message("unusable-image", params, file.label)))
        progress(Progress("discover", done, len(files)))
    return series, left_out, errors


def _others_left_out(files: Sequence[SourceFile]) -> tuple[LeftOut, ...]:
    if not files:
        return ()
    message = Message("not-part-of-dicom-study", {"count": len(files)}, "files")
    return (LeftOut(message, len(files)),)


def _unique_stems(series: Sequence[Series]) -> tuple[Series, ...]:
    """Numbers the stems that several files share, so that no output overwrites another."""
    used: set[str] = set()
    unique = []
    for one in series:
        stem, number = one.stem, 1
        while stem.lower() in used:
            number += 1
            stem = f"{one.stem}-{number}"
        used.add(stem.lower())
        unique.append(one if stem == one.stem else replace(one, stem=stem))
    return tuple(unique)


def picture_studies(series: Sequence[Series]) -> tuple[tuple[int, ...], ...]:
    """Gives which image files are one study, by their places in what is given.

    Image files state neither patient nor study. Names such as ``100_t1`` and ``101_t1`` come
    from an archive of patients: where different numbers lead the same name of a sequence, they
    count as several studies; else all are one.

    Args:
        series: Of image files, as ``images.read_image`` gives them.
    """
    numbered: dict[str, list[int]] = {}
    tails: dict[str, set[str]] = {}
    for place, one in enumerate(series):
        match = re.fullmatch(r"(\d+)_(.+)", one.stem)
        number = match[1] if match and one.weighting.value else ""
        numbered.setdefault(number, []).append(place)
        if number and match:
            tails.setdefault(match[2].lower(), set()).add(number)
    if any(len(numbers) > 1 for numbers in tails.values()):
        return tuple(tuple(places) for places in numbered.values())
    return (tuple(range(len(series))),)


def _study_of_pictures(
    series: Sequence[Series], left_out: tuple[LeftOut, ...], study: int | None
) -> Study:
    """Makes one study of image files."""
    groups = picture_studies(series)
    if len(groups) == 1:
        if study not in (None, 1):
            raise _no_such_study(study, 1)
        return Study(None, _unique_stems(series), left_out)
    if study is None:
        raise SeveralStudies(
            "Images of more than one study were given together.",
            found=f"file names that begin with {len(groups)} different numbers",
            needed="one study of one patient",
            mend=f"give one study's files, pick one with --study 1 to --study {len(groups)},"
            " or let the names of one study begin alike.",
        )
    if not 1 <= study <= len(groups):
        raise _no_such_study(study, len(groups))
    chosen = [series[place] for place in groups[study - 1]]
    return Study(None, _unique_stems(chosen), left_out)


def _nothing(
    tree: SourceTree, left_out: Sequence[LeftOut], errors: Sequence[BadImage]
) -> BadImage | NothingReadable:
    if len(errors) == 1 and len(tree.files) == 1:
        return errors[0]
    files = len(tree.files) + sum(one.count for one in tree.left_out)
    stated = [str(one.reason.params["found"]) for one in left_out if "found" in one.reason.params]
    if not files:
        found = "no file at all"
    elif files == len(stated) == 1:
        found = stated[0]
    else:
        counts: dict[str, int] = {}
        for one in left_out:
            counts[one.reason.code] = counts.get(one.reason.code, 0) + one.count
        reasons = ", ".join(f"{count} {code}" for code, count in sorted(counts.items()))
        found = f"{_count(files, 'file')}, none a usable image" + (
            f" ({reasons})" if reasons else ""
        )
    return NothingReadable(
        "No image was found in what was given.",
        found=found,
        needed=_NEEDED,
        mend="give the folder, zip or files that hold the images.",
    )


def _no_such_study(study: int | None, count: int) -> UsageError:
    return UsageError(
        f"There is no study {study} in what was given.",
        found=_count(count, "study", "studies"),
        needed=f"a number from 1 to {count}",
        mend="give --study one of these numbers, or leave it out.",
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def names_other_patients(
    paths: Sequence[str | os.PathLike[str]], prior: str | os.PathLike[str]
) -> bool:
    """Says whether the DICOM headers of two studies name different patients.

    Images that name nobody, or have no header, say nothing.

    Args:
        paths: What was named as the study.
        prior: What was named as the prior study.
    """
    with sources.open(list(dicom.with_listed([*paths, prior]))) as tree:
        found = dicom.discover(_split(tree.files)[1])
    named = {one.subject.patient for one in found.studies} - {""}
    return len(named) > 1
