"""Quantising the networks of a bundle on the images of an archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from condyle.bundle import find_bundle
from condyle.bundle.quantised import Quantised, keep_quantised
from condyle.datasets.layouts import open_archive
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import DatasetError
from condyle.inference.quantise import Array, quantised_model
from condyle.preprocessing.prepare import prepare
from condyle.preprocessing.steps import Spec

IMAGES = 60
"""Images that ranges are taken from, where nobody says another number."""


def quantise_bundle(
    name: str,
    data: Path,
    *,
    images: int = IMAGES,
    seed: int = 2026,
    progress: ProgressCallback = ignore_progress,
) -> Quantised:
    """Quantises every network of a bundle and keeps them beside it, for ``read_study``.

    Args:
        name: Name or folder of the bundle.
        data: An archive of images that the bundle is for; labels are not looked at.
        images: How many slices to take ranges from.
        seed: Of their choice.
        progress: Told in the stages ``"prepare"`` and ``"quantise"``.

    Raises:
        BundleError: The bundle is absent, altered, or takes more than an image.
        DatasetError: The archive holds no image.
        MissingExtra: The ``openvino`` extra is not installed.
    """
    bundle = find_bundle(name)
    cases = open_archive(data).cases
    chosen = images_of(
        cases, bundle.manifest.preprocessing, count=images, seed=seed, progress=progress
    )
    models = {}
    for done, model in enumerate(bundle.manifest.models):
        progress(Progress("quantise", done, len(bundle.manifest.models), model))
        models[model] = quantised_model(bundle.read(model), chosen, name=f"{name}/{model}")
    progress(Progress("quantise", len(models), len(models)))
    told = f"{len(chosen)} slices of {data.name}"
    return keep_quantised(bundle, models, calibrated_on=told, images=len(chosen))


def images_of(
    cases: Sequence[Case],
    spec: Spec,
    *,
    count: int,
    seed: int = 2026,
    progress: ProgressCallback = ignore_progress,
) -> list[Array]:
    """Gives the middle slices of series drawn at random, as a network takes them.

    Args:
        cases: Of an archive.
        spec: Preprocessing of the bundle.
        count: How many; all where there are fewer.
        seed: Of the draw.
        progress: Told in the stage ``"prepare"``.

    Raises:
        DatasetError: There is no series.
    """
    series = [one for case in cases for one in case.study.series]
    if not series:
        raise DatasetError(
            "The archive holds no image to take ranges from.",
            found="no series",
            needed="images that the bundle is for",
            mend="name another folder with --data.",
        )
    drawn = np.random.default_rng(seed).permutation(len(series))[:count]
    found = []
    for done, at in enumerate(drawn):
        progress(Progress("prepare", done, len(drawn)))
        volume = series[at].load()
        ready = prepare(volume, spec, slices=(volume.slices // 2,)).array
        found.append(ready[:, None].astype(np.float32))
    progress(Progress("prepare", len(drawn), len(drawn)))
    return found
