"""A plain U-Net at full resolution, for lesions that are a few pixels wide.

Ronneberger et al. 2015 (arXiv 1505.04597), with padding so that the size is kept, with
normalisation, and narrower: a quarter of the published width, in which it trains at about a
second a step of eight 256 x 256 slices on two cores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.networks.blocks import PointLayer

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
}


class PixelHead(PointLayer):
    """Logits of every pixel, each for a sigmoid of its own.

    Args:
        channels: Input channels.
        classes: Logits.
        prior: Share of pixels expected of every class or of each, which the bias starts at;
            None starts it at a half. At 2 % of foreground a network that starts at a half
            spends its first steps learning to say nothing, and may stay there
            (Lin et al. 2017, arXiv 1708.02002, section 4.1).
    """

    def __init__(
        self, channels: int, classes: int, *, prior: float | Sequence[float] | None
    ) -> None:
        super().__init__(channels, classes)
        with torch.no_grad():
            self.weight.normal_(std=0.01)
            self.bias.copy_(torch.tensor(prior_logits(prior, classes)))


class LesionUNet(nn.Module):
    """Labels every pixel at full resolution.

    Args:
        inputs: Input channels.
        classes: Logits a pixel, each for a sigmoid.
        width: Channels of the first level; each further one has twice as many.
        levels: Resolutions, the full one included.
        norm: ``"batch"`` or ``"instance"``.
        prior: Share of pixels of every class or of each; see ``PixelHead``.
        crossing: Makes, for a number of channels, what a map passes on its way across.
    """

    def __init__(
        self,
        *,
        inputs: int = 1,
        classes: int = 1,
        width: int = 16,
        levels: int = 5,
        norm: str = "batch",
        prior: float | Sequence[float] | None = None,
        crossing: Callable[[int], nn.Module] = nn.Identity,
    ) -> None:
        super().__init__()
        if norm not in NORMS:
            raise UnknownName("norm", norm, NORMS)
        widths = [width * 2**level for level in range(levels)]
        self.down = nn.ModuleList()
        before = inputs
        for channels in widths:
            self.down.append(double(before, channels, norm))
            before = channels
        self.across = nn.ModuleList(crossing(channels) for channels in widths[:-1])
        self.enlarge = nn.ModuleList()
        self.up = nn.ModuleList()
        for channels in reversed(widths[:-1]):
            self.enlarge.append(nn.ConvTranspose2d(2 * channels, channels, 2, stride=2))
            self.up.append(double(2 * channels, channels, norm))
        self.head = PixelHead(width, classes, prior=prior)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, row, column) to (batch, classes, row, column) logits.

        Rows and columns are at least ``2 ** levels``, and need not be multiples of it.
        """
        kept: list[Tensor] = []
        for level, layers in enumerate(self.down):
            x = layers(x if level == 0 else functional.max_pool2d(x, 2))
            kept.append(x)
        kept.pop()
        for enlarge, layers in zip(self.enlarge, self.up, strict=True):
            beside = self.across[len(kept) - 1](kept.pop())
            x = layers(torch.cat([grow_to(enlarge(x), beside), beside], dim=1))
        result: Tensor = self.head(x)
        return result


def double(inputs: int, outputs: int, norm: str) -> nn.Sequential:
    """Gives two 3 x 3 convolutions, each normalised and rectified."""
    layers: list[nn.Module] = []
    for before in (inputs, outputs):
        layers.append(nn.Conv2d(before, outputs, 3, padding=1, bias=False))
        layers.append(NORMS[norm](outputs))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def grow_to(x: Tensor, like: Tensor) -> Tensor:
    """Repeats the last row and column where halving an odd size has lost one."""
    rows, columns = like.shape[2] - x.shape[2], like.shape[3] - x.shape[3]
    if rows == 0 and columns == 0:
        return x
    return functional.pad(x, (0, columns, 0, rows), mode="replicate")


def prior_logits(prior: float | Sequence[float] | None, classes: int) -> list[float]:
    """Gives the logit of each class's prior.

    Raises:
        BadConfiguration: If one is not between 0 and 1, or there are not as many as classes.
    """
    if prior is None:
        return [0.0] * classes
    shares = [float(prior)] * classes if isinstance(prior, int | float) else list(prior)
    if len(shares) != classes or not all(0 < share < 1 for share in shares):
        raise BadConfiguration(
            "The prior of the network's classes cannot be used.",
            found=", ".join(str(share) for share in shares),
            needed=f"a share between 0 and 1, or {classes} of them",
            mend="correct network.parameters.prior in the recipe.",
        )
    return [math.log(share / (1 - share)) for share in shares]
