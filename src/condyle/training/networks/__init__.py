"""The registry of networks that a recipe may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.detector.network import Detector
from condyle.training.detector.transformer import TransformerDetector
from condyle.training.networks.backbones import BACKBONES
from condyle.training.networks.efficientnet_unet import EfficientNetUNet
from condyle.training.networks.grader import MeasureExpert
from condyle.training.networks.lesion_unet import LesionUNet
from condyle.training.networks.mobile_unet import MobileUNet
from condyle.training.networks.normalisation import with_normalisation
from condyle.training.networks.series_max import SeriesMax
from condyle.training.networks.sharp_unet import sharp_unet
from condyle.training.networks.unet import UNet

Network = nn.Module
"""A network, for those who only pass it on."""

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "unet": UNet,
    "efficientnet-unet": EfficientNetUNet,
    "lesion-unet": LesionUNet,
    "sharp-unet": sharp_unet,
    "mobile-unet": with_normalisation(MobileUNet),
    "disc-measures": MeasureExpert,
    "detector": Detector,
    "rt-detr": TransformerDetector,
    "series-max": SeriesMax,
    **{name: with_normalisation(build) for name, build in BACKBONES.items()},
}
"""Name in a recipe to what builds it from ``network.parameters``."""


def build_network(name: str, parameters: Mapping[str, Any]) -> nn.Module:
    """Builds a network of the registry.

    Raises:
        UnknownName: If it is not in the registry.
        BadConfiguration: If its parameters do not fit.
    """
    if name not in NETWORKS:
        raise UnknownName("network", name, NETWORKS)
    try:
        return NETWORKS[name](**parameters)
    except TypeError as error:
        raise BadConfiguration(
            f"The network '{name}' cannot be built.",
            found=", ".join(sorted(parameters)) or "no parameters",
            needed=str(error),
            mend="correct network.parameters in the recipe.",
        ) from error


__all__ = ["NETWORKS", "MeasureExpert", "Network", "build_network"]
