"""Cases whose pixels wait on disk, so that any number of them can be handed over at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from condyle.datasets.masks_on_demand import MasksOnDemand
from condyle.domain.case import Case
from condyle.domain.study import Series
from condyle.domain.volume import Volume
from condyle.errors import OutputError


def spooled(cases: Iterable[Case], folder: Path) -> list[Case]:
    """Puts the pixels of cases into a folder and gives cases that read them from there.

    Args:
        cases: Taken one at a time; nothing of one is held when the next is made.
        folder: That is there, and stays as long as the cases are used.

    Raises:
        OutputError: The folder cannot be written to.
    """
    out: list[Case] = []
    for case in cases:
        place = folder / f"case-{len(out):06d}"
        try:
            place.mkdir()
            out.append(_spool(case, place))
        except OSError as error:
            raise OutputError(
                "The simulated patients were not written.",
                found="a folder that cannot be written to, or is full",
                needed="room for the patients twice",
                mend="choose another folder, or ask for fewer patients.",
            ) from error
    return out


def _spool(case: Case, place: Path) -> Case:
    series = tuple(_spool_series(one, place) for one in case.study.series)
    masks = {}
    for number, (stem, mask) in enumerate(case.reference.masks.items()):
        path = place / f"mask-{number}.npz"
        np.savez_compressed(path, mask=mask)
        masks[stem] = partial(_mask, path)
    reference = replace(case.reference, masks=MasksOnDemand(masks))
    return replace(case, study=replace(case.study, series=series), reference=reference)


def _spool_series(series: Series, place: Path) -> Series:
    volume = series.load()
    path = place / f"{series.stem}.npy"
    np.save(path, volume.array, allow_pickle=False)
    return replace(series, load=partial(_volume, path, volume.spacing, volume.affine))


def _volume(
    path: Path,
    spacing: tuple[float, float, float] | None,
    affine: NDArray[np.float64] | None,
) -> Volume:
    return Volume(np.load(path, allow_pickle=False), spacing, affine)


def _mask(path: Path) -> NDArray[np.uint8]:
    with np.load(path, allow_pickle=False) as stored:
        return np.asarray(stored["mask"], dtype=np.uint8)
