"""Is an installed bundle what was published, and does it give here what it gave there?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from condyle.bundle import Bundle, find_required, open_bundle, read_sample, split_sample
from condyle.bundle.files import CARD_FILE, file_fault, unlisted_files
from condyle.bundle.manifest import SCHEMA
from condyle.bundle.onnx_file import check_onnx
from condyle.bundle.sample import SAMPLE_FILE
from condyle.bundle.store import find_folder
from condyle.errors import BundleError, CondyleError
from condyle.inference.runner import Runner

TOLERANCE = 1e-3
"""Greatest difference from a stored output, absolute and relative to its value.

Processors differ in the last digits of float32; an altered weight differs by more, and
is found by its hash besides.
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: ``"manifest"``, ``"files"``, ``"models"``, ``"requires"`` or ``"sample"``.
        ok: Whether it is as it should be.
        detail: What was found, in a sentence.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Verification:
    """What ``verify_bundle`` found.

    Attributes:
        ok: True where every check is.
        checks: In the order in which they were made; those after a manifest that
            cannot be read are not made.
    """

    ok: bool
    checks: tuple[Check, ...]


def verify_bundle(bundle: Bundle | str | Path, *, threads: int | None = None) -> Verification:
    """Checks a bundle's manifest, files, models, requirements and stored sample.

    It reports what is wrong with a bundle and does not raise for it.

    Args:
        bundle: The bundle, its name, or its folder.
        threads: Threads for the run of the sample.

    Raises:
        BundleError: There is no bundle of that name, and no such folder.
    """
    if not isinstance(bundle, Bundle):
        folder = find_folder(bundle)
        try:
            bundle = open_bundle(folder, check_files=False)
        except BundleError as error:
            return _verification([Check("manifest", False, _told(error))])
    return _verification(list(_checks(bundle, threads)))


def _checks(bundle: Bundle, threads: int | None) -> Iterator[Check]:
    manifest = bundle.manifest
    yield Check("manifest", True, f"{manifest.name} {manifest.version} fits {SCHEMA}")
    files = _check_files(bundle)
    yield files
    yield _tried("models", lambda: _check_models(bundle))
    yield _tried("requires", lambda: _check_requires(bundle))
    if files.ok:
        yield _tried("sample", lambda: _check_sample(bundle, threads))
    else:
        yield Check("sample", False, "not run, because the files are not those published")


def _check_files(bundle: Bundle) -> Check:
    listed = bundle.manifest.files
    faults = [
        f"{name}: the manifest does not list it"
        for name in (*bundle.manifest.models, CARD_FILE, SAMPLE_FILE)
        if name not in listed
    ]
    for name, record in listed.items():
        fault = file_fault(bundle.path, name, record)
        if fault:
            faults.append(f"{name}: {fault}")
    faults += [f"{name}: not listed" for name in unlisted_files(bundle.path, set(listed))]
    if faults:
        return Check("files", False, "; ".join(faults))
    return Check("files", True, f"{len(listed)} files are those of SHA-256 {bundle.sha256}")


def _check_models(bundle: Bundle) -> str:
    sizes = []
    for name in bundle.manifest.models:
        data = bundle.read(name)
        check_onnx(data, name=name)
        sizes.append(f"{name} {len(data) / 1e6:.1f} MB")
    return "; ".join(sizes) + "; each holds all of its values"


def _check_requires(bundle: Bundle) -> str:
    needed = bundle.manifest.requires
    for requirement in needed:
        find_required(requirement, near=bundle.path)
    if not needed:
        return "no other bundle is needed"
    return ", ".join(f"{n.name} {n.sha256[:12]}" for n in needed) + " is installed"


def _check_sample(bundle: Bundle, threads: int | None) -> str:
    inputs, expected = split_sample(read_sample(bundle.read(SAMPLE_FILE)))
    given = Runner(bundle, threads=threads).run(inputs)
    absent = sorted(set(expected) - set(given))
    if absent:
        raise _SampleDiffers(f"the model gives no output {', '.join(absent)}")
    worst = max(_difference(given[name], stored) for name, stored in expected.items())
    if not worst <= 1.0:
        raise _SampleDiffers(f"the stored output differs by {worst:.3g} times what is allowed")
    return f"the stored input gives the stored output, within {TOLERANCE:g}"


class _SampleDiffers(CondyleError):
    """The model does not give what it gave when it was written."""


def _difference(given: NDArray[Any], stored: NDArray[Any]) -> float:
    """Gives the greatest difference over what is allowed, infinite for NaN or another shape."""
    if given.shape != stored.shape:
        return float("inf")
    allowed = TOLERANCE * (1.0 + np.abs(stored.astype(np.float64)))
    apart = np.abs(given.astype(np.float64) - stored.astype(np.float64)) / allowed
    return float("inf") if np.isnan(apart).any() else float(apart.max(initial=0.0))


def _tried(name: str, check: Any) -> Check:
    try:
        return Check(name, True, check())
    except CondyleError as error:
        return Check(name, False, _told(error))


def _told(error: CondyleError) -> str:
    return f"{error.failed} {error.found}".strip()


def _verification(checks: list[Check]) -> Verification:
    return Verification(ok=all(check.ok for check in checks), checks=tuple(checks))
