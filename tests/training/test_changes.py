"""Changes of slices: masks go where images go, and what is asked for is what is done."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from condyle.errors import BadConfiguration
from condyle.training.augmentation import AffineRange, random_theta
from condyle.training.changes import Changes, change, change_images

SIDE = 40


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def blob(count: int = 2, channels: int = 1) -> torch.Tensor:
    """Gives smooth bright spots off the centre, so that interpolation hides no fault."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    spot = np.exp(-(((rows - 14) / 5) ** 2 + ((columns - 24) / 7) ** 2))
    image = torch.from_numpy(spot.astype(np.float32))
    return image.expand(count, channels, SIDE, SIDE).clone()


def by_scipy(image: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Moves an image by torch's map of -1..1 coordinates, through pixel coordinates."""
    half = (SIDE - 1) / 2
    matrix = theta[::-1, 1::-1]  # torch has (x, y), scipy (row, column)
    shift = theta[::-1, 2] * SIDE / 2
    offset = half + shift - matrix @ np.array([half, half])
    return ndimage.affine_transform(image, matrix, offset=offset, order=1, mode="grid-constant")


def test_an_image_is_moved_as_scipy_moves_it() -> None:
    limits = AffineRange(rotation_degrees=30, scale=(0.8, 1.3), stretch=0.2, shift=0.1)
    image = blob(4)
    moved, _ = change(image, image[:, :0], changes=Changes(limits), generator=generator(3))
    theta = random_theta(4, limits=limits, generator=generator(3)).numpy()
    for k in range(4):
        wanted = by_scipy(image[k, 0].numpy(), theta[k])
        np.testing.assert_allclose(moved[k, 0].numpy(), wanted, atol=2e-5)
        assert np.abs(wanted - image[k, 0].numpy()).max() > 0.1


def test_masks_move_with_their_images_and_stay_masks() -> None:
    limits = AffineRange(rotation_degrees=25, scale=(0.9, 1.2), stretch=0.1, shift=0.1)
    image = blob(6)
    mask = torch.cat([image > 0.5, image > 0.2], dim=1).float()
    _, moved = change(image, mask, changes=Changes(limits), generator=generator(1))
    theta = random_theta(6, limits=limits, generator=generator(1)).numpy()
    assert set(moved.unique().tolist()) == {0.0, 1.0}
    for k in range(6):
        for target in range(2):
            wanted = by_scipy(mask[k, target].numpy(), theta[k])
            sure = np.abs(wanted - 0.5) > 1e-4
            np.testing.assert_array_equal(moved[k, target].numpy()[sure], (wanted > 0.5)[sure])


def test_a_flip_mirrors_about_half_of_the_slices_with_their_masks_and_nothing_else() -> None:
    image = blob(200)
    mask = (image > 0.5).float()
    moved, moved_mask = change(image, mask, changes=Changes(flip=True), generator=generator(0))
    kept = torch.isclose(moved, image, atol=1e-5).flatten(1).all(dim=1)
    mirrored = torch.isclose(moved, image.flip(3), atol=1e-5).flatten(1).all(dim=1)
    assert bool((kept ^ mirrored).all())
    assert 75 <= int(mirrored.sum()) <= 125
    assert torch.equal(moved_mask[kept], mask[kept])
    assert torch.equal(moved_mask[mirrored], mask.flip(3)[mirrored])


def test_without_changes_a_slice_stays_as_it_was() -> None:
    image = blob()
    mask = (image > 0.5).float()
    moved, moved_mask = change(image, mask, changes=Changes(), generator=generator())
    torch.testing.assert_close(moved, image, atol=1e-5, rtol=0)
    assert torch.equal(moved_mask, mask)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_intensity_is_changed_in_its_share_of_the_slices(share: float) -> None:
    image = blob(200)
    mask = (image > 0.5).float()
    moved, moved_mask = change(
        image, mask, changes=Changes(intensity=share), generator=generator(2)
    )
    altered = ~torch.isclose(moved, image, atol=1e-4).flatten(1).all(dim=1)
    assert abs(float(altered.float().mean()) - share) < 0.1
    assert torch.equal(moved_mask, mask)
    assert float(moved.min()) >= 0.0 and float(moved.max()) <= 1.0


def test_the_slices_of_a_series_are_moved_alike_and_those_of_another_otherwise() -> None:
    changed = Changes(AffineRange(rotation_degrees=30, scale=(0.8, 1.3)), flip=True)
    moved = change_images(blob(3, channels=4), changes=changed, generator=generator(4))
    for channel in range(1, 4):
        torch.testing.assert_close(moved[:, channel], moved[:, 0], atol=1e-6, rtol=0)
    assert not torch.allclose(moved[0], moved[1], atol=0.05)


def test_the_same_generator_gives_the_same_changes() -> None:
    changed = Changes.of({"rotation_degrees": 10, "scale": [0.9, 1.1], "intensity": 0.5})
    one, again, other = (
        change_images(blob(), changes=changed, generator=generator(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_a_recipe_says_its_changes_and_what_it_leaves_out_is_none() -> None:
    assert Changes.of({}) == Changes()
    told = Changes.of({"rotation_degrees": 10, "scale": [0.8, 1.3], "shift": 0.1, "flip": True})
    assert told == Changes(AffineRange(10.0, (0.8, 1.3), 0.0, 0.1), flip=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rotate": 10},
        {"flip": "yes"},
        {"flip": 1},
        {"intensity": 1.5},
        {"intensity": -0.1},
        {"intensity": True},
        {"shift": "far"},
        {"scale": [0.8, 1.0, 1.2]},
        {"scale": [0.0, 1.0]},
        {"scale": 1.2},
        {"scale": "ab"},
        {"scale": [1.0, "b"]},
        {"scale": None},
        {"rotation_degrees": None},
    ],
)
def test_changes_that_cannot_be_made_are_refused_with_what_can(wrong: dict[str, object]) -> None:
    with pytest.raises(BadConfiguration) as caught:
        Changes.of(wrong)
    error = caught.value
    (key,) = wrong
    assert key in error.found
    assert "rotation_degrees" in error.needed and "flip" in error.needed
    assert "augmentation" in error.mend
