"""Small pictures and masks, to lie as the archives of the world do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from condyle.domain.case import Case
from condyle.preprocessing import prepare


@dataclass(frozen=True)
class Drawing:
    """Draws pictures of a seed, each with a square as its mask."""

    root: Path

    def size(self, seed: int) -> tuple[int, int]:
        """Gives the size of a seed's picture; they are mixed."""
        return (20 + seed % 3, 24 + seed % 4)

    def shades(self, seed: int = 0) -> NDArray[np.uint8]:
        """Gives a picture of more shades than any mask has values."""
        rng = np.random.default_rng(seed)
        return rng.integers(0, 250, size=self.size(seed)).astype(np.uint8)

    def spot(self, seed: int = 0, value: int = 1) -> NDArray[np.uint8]:
        """Gives the mask of a seed's picture."""
        mask = np.zeros(self.size(seed), dtype=np.uint8)
        at = 3 + seed % 9
        mask[at : at + 5, at : at + 6] = value
        return mask

    def save(self, name: str, array: NDArray[Any], **options: Any) -> Path:
        """Writes a picture, making the folders above it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(path, **options)
        return path

    def pair(self, image: str, mask: str, seed: int = 0) -> None:
        """Writes a picture and its mask."""
        self.save(image, self.shades(seed))
        self.save(mask, self.spot(seed, 255))

    def mask_of(self, case: Case) -> NDArray[np.uint8]:
        """Gives the one mask of a case, after seeing that its image can be prepared."""
        (series,) = case.study.series
        volume = series.load()
        assert volume.array.shape == series.shape
        spec = ({"step": "fit", "rows": 16, "columns": 16},)
        assert prepare(volume, spec).array.shape[1:] == (16, 16)
        return case.reference.masks[series.stem]


@pytest.fixture
def draw(tmp_path: Path) -> Drawing:
    """Draws into the test's own folder."""
    return Drawing(tmp_path)
