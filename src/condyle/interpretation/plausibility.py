"""Whether what was found on a slice is a spine, and the right way up."""

from __future__ import annotations

import math

import numpy as np

from condyle.interpretation.anatomy import SliceAnatomy
from condyle.interpretation.discs import labels_of
from condyle.interpretation.midline import canal_depth

FEWEST = 3

PROPORTION_COST = 0.057
"""Confidence that a picture loses where discs are e times longer or shorter than their steps."""


def spine_score(anatomy: SliceAnatomy) -> float:
    """Gives how sure it is that a picture shows a spine: confidence, less where it is misshapen.

    A logistic regression of the shared slices against pictures of other kinds, turned and
    squashed, gave the cost; nothing else told them apart by much.

    Args:
        anatomy: Of one slice; 0 without a chain of discs.
    """
    if len(anatomy.chain.discs) < FEWEST:
        return 0.0
    return anatomy.confidence - PROPORTION_COST * abs(math.log(anatomy.chain.proportion))


def spine_facts(anatomy: SliceAnatomy) -> dict[str, float]:
    """Gives what tells a spine from another picture, and an upright one from a turned one.

    Args:
        anatomy: Of one slice.

    Returns:
        ``confidence``: mean probability of what is labelled; ``canal``: share of discs with canal
        behind them; ``proportion``: length of discs over their steps; ``taper``: by which share
        a disc is shorter than the one below it, over the chain; ``upright``: how far the spine's
        way from the lowest disc to the uppermost is up the image, -1 to 1; ``gaps``: places
        where a disc is missing; ``depth``: of the canal behind the chain, see ``canal_depth``. All
        but the first are 0 without a chain.
    """
    chain = anatomy.chain
    facts = {"confidence": anatomy.confidence, "canal": 0.0, "proportion": 0.0}
    facts |= {"taper": 0.0, "upright": 0.0, "gaps": 0.0, "depth": 0.0}
    if len(chain.discs) < FEWEST:
        return facts
    lengths = np.array([disc.length for disc in chain.discs])
    way = np.subtract(chain.discs[-1].centre, chain.discs[0].centre)
    slope = np.polyfit(np.arange(len(lengths)), np.log(lengths), 1)[0]
    return facts | {
        "canal": chain.canal_share,
        "proportion": chain.proportion,
        "taper": float(-slope),
        "upright": float(-way[0] / np.hypot(*way)),
        "gaps": float(len(chain.gaps)),
        "depth": canal_depth(chain, labels_of(anatomy.probabilities)),
    }
