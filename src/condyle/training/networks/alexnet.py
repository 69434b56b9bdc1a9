"""AlexNet's convolutions (Krizhevsky 2014, arXiv 1404.5997) under torchvision's names.

MRNet averages their map and reads the class from the average by one linear layer; the three
published layers that would follow, 59 of 61 million parameters, are left out.
"""

from __future__ import annotations

from torch import Tensor, nn

from condyle.training.networks.classifier import Classifier


class AlexNet(Classifier):
    """AlexNet with an average and a linear layer for its head.

    Args:
        classes: Logits.
        inputs: Input channels; published weights have 3.
        dropout: Share of the pooled features dropped in training.
    """

    published = "alexnet"

    def __init__(self, *, classes: int = 1, inputs: int = 3, dropout: float = 0.0) -> None:
        super().__init__()
        self.feature_channels = 256
        self.features = nn.Sequential(
            nn.Conv2d(inputs, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
        )
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(256, classes)

    def head(self, pooled: Tensor) -> Tensor:
        """Maps (..., 256) to (..., classes)."""
        result: Tensor = self.last(self.dropout(pooled))
        return result
