"""What timm calls the parameters of a network that is written here under other names.

timm registers them in the same order, so that the published tables themselves say which is
which. Its ResNets have torchvision's names.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from condyle.training.weights.tables import read_table

TIMM_TABLES = {
    "torchvision-mobilenet_v3_small": "timm-mobilenetv3_small_100",
    "torchvision-mobilenet_v3_large": "timm-mobilenetv3_large_100",
    "package-efficientnet-lite0": "timm-tf_efficientnet_lite0",
}
"""The table whose names are used here to timm's of the same network."""

NORM_EPSILONS = {
    "timm-mobilenetv3_small_100": (1e-5, 1e-3),
    "timm-mobilenetv3_large_100": (1e-5, 1e-3),
}
"""What timm adds to a variance before its root, and what is added here; else they agree."""


def from_timm(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], str]:
    """Gives a state dict under the names used here, and whose names it had.

    Where timm normalises with another epsilon the running variances are shifted by the
    difference, so that the network gives what timm's gives.

    Args:
        state: Any; one that is not timm's comes back as it is, with no name.
    """
    for here, there in TIMM_TABLES.items():
        names = dict(zip(read_table(there), read_table(here), strict=True))
        known = names.keys() - {"classifier.weight", "classifier.bias"}
        if known - state.keys():
            continue
        theirs, ours = NORM_EPSILONS.get(there, (0.0, 0.0))
        renamed = {names.get(key, key): value for key, value in state.items()}
        for key in renamed:
            if key.endswith(".running_var"):
                renamed[key] = renamed[key] + (theirs - ours)
        return renamed, there
    return dict(state), ""
