"""A U-Net whose encoder is MobileNetV3, for weights learnt on ImageNet and little computing.

The encoder's names are torchvision's under ``encoder.``; its maps at a half, a quarter, ... of
the size cross to a plain decoder, as in Ronneberger et al. 2015 (arXiv 1505.04597).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.networks.lesion_unet import PixelHead, double
from condyle.training.networks.mobilenet import VARIANTS, MobileNetV3

ENCODERS = {"mobilenetv3-small": "mobilenet_v3_small", "mobilenetv3-large": "mobilenet_v3_large"}


class MobileUNet(nn.Module):
    """Labels every pixel with an encoder that ImageNet's weights fit.

    Args:
        inputs: Input channels; published weights have 3.
        classes: Logits a pixel, each for a sigmoid.
        encoder: ``"mobilenetv3-small"`` or ``"mobilenetv3-large"``.
        channels: Of the decoder's levels, from a sixteenth of the size to the full one.
        prior: Share of pixels of every class or of each; see ``PixelHead``.
    """

    def __init__(
        self,
        *,
        inputs: int = 3,
        classes: int = 1,
        encoder: str = "mobilenetv3-small",
        channels: Sequence[int] = (128, 64, 32, 24, 16),
        prior: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        if encoder not in ENCODERS:
            raise UnknownName("encoder", encoder, ENCODERS)
        self.encoder = MobileNetV3(ENCODERS[encoder], inputs=inputs)
        self.encoder.classifier = nn.Sequential()
        self.taps, widths = _taps(ENCODERS[encoder])
        if len(channels) != len(widths) + 1:
            raise BadConfiguration(
                "The decoder of the network 'mobile-unet' cannot be built.",
                found=f"{len(channels)} levels",
                needed=f"{len(widths) + 1} numbers of channels",
                mend="correct network.parameters.channels in the recipe.",
            )
        self.up = nn.ModuleList()
        before = self.encoder.feature_channels
        for width, beside in zip(channels, [*reversed(widths), 0], strict=True):
            self.up.append(double(before + beside, width, "batch"))
            before = width
        self.head = PixelHead(before, classes, prior=prior)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, classes, row, column) logits."""
        size = x.shape[2:]
        kept: list[Tensor] = []
        for position, layer in enumerate(self.encoder.get_submodule("features").children()):
            x = layer(x)
            if position in self.taps:
                kept.append(x)
        for level in self.up:
            beside = kept[-1:]
            del kept[-1:]
            like = beside[0].shape[2:] if beside else size
            x = functional.interpolate(x, size=like, mode="nearest")
            x = level(torch.cat([x, *beside], dim=1))
        result: Tensor = self.head(x)
        return result


def _taps(variant: str) -> tuple[list[int], list[int]]:
    """Gives the layers after which the size is halved, and the channels they give."""
    rows, _ = VARIANTS[variant]
    outputs = [16, *(row.outputs for row in rows)]
    taps = [position for position, row in enumerate(rows) if row.stride == 2]
    return taps, [outputs[position] for position in taps]
