"""The files of published weights, and where they are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

HUB = "https://download.pytorch.org/models/"
"""Where torchvision's files are published."""


@dataclass(frozen=True)
class PublishedFile:
    """A file of weights learnt on ImageNet.

    Attributes:
        network: The name that torchvision gives the network.
        edition: torchvision's name for this set of weights.
        file: Its name, which ends in the first eight digits of its SHA-256.
    """

    network: str
    edition: str
    file: str

    @property
    def url(self) -> str:
        """Where it is published."""
        return HUB + self.file

    @property
    def path(self) -> Path:
        """Where torch keeps it: ``$TORCH_HOME/hub/checkpoints``, else under ``~/.cache``."""
        return Path(torch.hub.get_dir()) / "checkpoints" / self.file


FILES = (
    PublishedFile("resnet18", "IMAGENET1K_V1", "resnet18-f37072fd.pth"),
    PublishedFile("resnet34", "IMAGENET1K_V1", "resnet34-b627a593.pth"),
    PublishedFile("resnet50", "IMAGENET1K_V1", "resnet50-0676ba61.pth"),
    PublishedFile("resnet50", "IMAGENET1K_V2", "resnet50-11ad3fa6.pth"),
    PublishedFile("mobilenet_v3_small", "IMAGENET1K_V1", "mobilenet_v3_small-047dcff4.pth"),
    PublishedFile("mobilenet_v3_large", "IMAGENET1K_V1", "mobilenet_v3_large-8738ca79.pth"),
    PublishedFile("mobilenet_v3_large", "IMAGENET1K_V2", "mobilenet_v3_large-5c1a4163.pth"),
    PublishedFile("alexnet", "IMAGENET1K_V1", "alexnet-owt-7be5be79.pth"),
)
"""torchvision 0.29's files of the networks that are written here."""

PUBLISHED = {
    **{f"{file.network}:{file.edition}": file for file in FILES},
    **{file.network: file for file in reversed(FILES)},
}
"""Every file by ``network:EDITION``, and the first edition also by the network alone."""
