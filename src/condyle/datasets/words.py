"""What the words in the names of files and folders say of an archive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce

from condyle.datasets.archive import Side
from condyle.domain.geometry import Plane
from condyle.domain.study import Weighting

_MASK = """
    mask masks label labels labelmap labelmaps seg segs segm segmentation segmentations segmented
    gt ground truth groundtruth annotation annotations annot anno roi rois segmentationclass
    contour contours delineation target targets manual
"""
MASK_WORDS = frozenset(_MASK.split())
"""Words that say that a file is a mask, or a folder one of masks."""

_IMAGE = """
    image images img imgs im ims scan scans mri mris mr input inputs raw original originals orig
    picture pictures jpegimages pngimages src source data slices
"""
IMAGE_WORDS = frozenset(_IMAGE.split())
"""Words that say that a file is an image, or a folder one of images."""

SIDES: Mapping[str, Side] = {
    **dict.fromkeys(("train", "training", "trainset", "tr", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "valset", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "testset", "ts", "tst", "holdout"), "test"),
}
"""Words that name a side of a data set's own split."""

WEIGHTINGS: Mapping[str, Weighting] = {
    **dict.fromkeys(("t1", "t1w", "t1wi", "t1weighted"), "t1"),
    **dict.fromkeys(("t2", "t2w", "t2wi", "t2weighted"), "t2"),
    **dict.fromkeys(("pd", "pdw", "pdwi", "protondensity"), "pd"),
    **dict.fromkeys(("stir", "tirm"), "stir"),
}
"""Words that name a sequence's weighting."""

PLANES: Mapping[str, Plane] = {
    **dict.fromkeys(("sagittal", "sag"), "sagittal"),
    **dict.fromkeys(("coronal", "cor"), "coronal"),
    **dict.fromkeys(("axial", "ax", "transversal", "transverse", "tra"), "axial"),
}
"""Words that name a plane."""

_SEQUENCE = """
    fs fatsat spair space tse fse se ge gre dixon dess ce gd flair dwi adc swi mpr vibe bravo cube
    mese medic ciss trufi localizer scout 2d 3d
"""
SEQUENCE_WORDS = frozenset((*WEIGHTINGS, *PLANES, *_SEQUENCE.split()))
"""Words that tell one sequence of a patient from another."""

_PLAIN = """
    knee ankle spine lumbar shoulder hip wrist foot muscle cartilage meniscus acl tear tears lesion
    lesions dataset set png jpg nii case slice slices file sample
"""
PLAIN_WORDS = frozenset(_PLAIN.split())
"""Words that tell no patient from another."""

_WELDED = re.compile(r"(?<=\w)(masks?|labels?|segmentations?|images?)$")


def words_of(name: str) -> tuple[str, ...]:
    """Gives the words and numbers of a name in lower case.

    Letters and digits are parted, as are ``imagesTr`` and ``kneemask``.

    Args:
        name: Of a file without its ending, or of a folder.
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    found = re.findall(r"[^\W\d_]+|\d+", parted)
    return tuple(word for one in found for word in _WELDED.sub(r" \1", one.lower()).split())


def parts_of(name: str) -> tuple[str, ...]:
    """Gives the parts of a name between blanks, dots, dashes and underscores, lower case."""
    return tuple(part.lower() for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def side_of(name: str) -> Side | None:
    """Gives the side of a split that a name says, or nothing where it says none or two."""
    said = {SIDES[word] for word in words_of(name) if word in SIDES}
    return said.pop() if len(said) == 1 else None


def weighting_of(name: str) -> Weighting | None:
    """Gives the weighting that a name says, or nothing where it says none or two."""
    parts = parts_of(name)
    said = {WEIGHTINGS[part] for part in parts if part in WEIGHTINGS}
    if "space" in parts and said <= {"t2"}:
        return "t2-space"
    if "stir" in said:
        return "stir"
    return said.pop() if len(said) == 1 else None


def plane_said(name: str) -> Plane | None:
    """Gives the plane that a name says, or nothing where it says none or two."""
    said = {PLANES[word] for word in words_of(name) if word in PLANES}
    return said.pop() if len(said) == 1 else None


def without(name: str, words: Iterable[str]) -> str:
    """Gives a name without some of the parts between its separators, which are kept.

    Args:
        name: Such as ``"10_t2_SPACE"``.
        words: In lower case, such as ``("t2", "space")``.
    """
    left = [part for part in re.split(r"[\s._-]+", name) if part.lower() not in set(words)]
    return reduce(lambda made, part: f"{made}_{part}" if made else part, left, "")
