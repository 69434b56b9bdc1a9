"""All networks of a bundle as one function of arrays, as evaluation and reading ask them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from condyle.bundle import Bundle
from condyle.bundle.quantised import Quantised
from condyle.errors import BundleError
from condyle.inference.session import ORT_ERRORS, first_line
from condyle.inference.whole_numbers import open_sessions
from condyle.interpretation.networks import Floats, RunNetwork


def networks_of(
    bundle: Bundle,
    *,
    pooled: bool = False,
    threads: int | None = None,
    quantised: Quantised | None = None,
) -> RunNetwork:
    """Opens the networks of a bundle, each held against its hash.

    Args:
        bundle: Whose models are loaded.
        pooled: Whether their outputs stand one after the other along the second axis, as
            boxes do that are suppressed as those of one network are; else they are averaged.
        threads: Threads of an operator; all that the process may use where ``None``.
        quantised: The bundle's networks of 8 bits, to be run by OpenVINO in their place.

    Raises:
        BundleError: A model was altered, or cannot be loaded.
        MissingExtra: Networks of 8 bits are wanted, and OpenVINO is not installed.
    """
    name = bundle.manifest.name
    sessions = open_sessions(bundle, threads=threads, quantised=quantised)

    def run(feeds: Mapping[str, Floats]) -> list[Floats]:
        try:
            told = [session.run(None, dict(feeds)) for session in sessions]
        except ORT_ERRORS as error:
            raise BundleError(
                f"The bundle '{name}' could not be run.",
                found=first_line(error),
                needed="inputs that the model can take",
                mend=f"try it with: condyle bundles verify {name}",
            ) from error
        if pooled:
            return [np.concatenate(parts, axis=1) for parts in zip(*told, strict=True)]
        return [np.mean(parts, axis=0) for parts in zip(*told, strict=True)]

    return run
