"""RT-DETRv2 of the transformers library, built from its configuration alone."""

from __future__ import annotations

from torch import Tensor, nn

from condyle.training.detector.assignment import Targets


class TransformerDetector(nn.Module):
    """Placeholder until it is written."""

    def loss(self, image: Tensor, targets: Targets) -> Tensor:
        """Not yet."""
        raise NotImplementedError
