"""The networks for lesions learn a lesion of a few pixels, which a careless one calls nothing."""

import pytest
import torch
from torch.nn import functional

from condyle.training.networks import build_network

SHARE = 9 / 32**2
"""Of the image that the lesion below covers: 0.9 %."""


def lesions(count, generator):
    """Gives noise with a bright 3 x 3 square, and its mask; (count, 1, 32, 32) both."""
    image = 0.3 * torch.rand(count, 1, 32, 32, generator=generator)
    mask = torch.zeros_like(image)
    for number in range(count):
        row, column = torch.randint(2, 27, (2,), generator=generator).tolist()
        mask[number, 0, row : row + 3, column : column + 3] = 1
    return image + 0.5 * mask, mask


def dice(network, generator):
    image, mask = lesions(16, generator)
    with torch.no_grad():
        said = network.eval()(image).sigmoid() > 0.5
    return float(2 * (said * mask).sum() / (said.sum() + mask.sum()))


def learnt(name, parameters, steps):
    """Gives the Dice on new images after some steps, by cross-entropy alone."""
    torch.manual_seed(11)
    generator = torch.Generator().manual_seed(11)
    network = build_network(name, parameters).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(steps):
        image, mask = lesions(8, generator)
        loss = functional.binary_cross_entropy_with_logits(network(image), mask)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return dice(network, generator)


@pytest.mark.parametrize(
    ("name", "parameters", "steps"),
    [
        ("lesion-unet", {"width": 8, "levels": 3}, 60),
        ("sharp-unet", {"width": 8, "levels": 3}, 60),
        ("mobile-unet", {"normalisation": "imagenet", "channels": [32, 24, 16, 16, 16]}, 20),
    ],
)
def test_a_lesion_under_one_percent_is_found(name, parameters, steps):
    assert learnt(name, {**parameters, "prior": SHARE}, steps) > 0.8


def test_a_head_that_starts_at_a_half_has_by_then_learnt_to_say_nothing():
    assert learnt("lesion-unet", {"width": 8, "levels": 3}, 60) == 0.0


def test_a_head_that_starts_at_the_prior_starts_near_the_least_loss_of_knowing_nothing():
    generator = torch.Generator().manual_seed(2)
    image, mask = lesions(8, generator)
    entropy = functional.binary_cross_entropy(torch.full_like(mask, SHARE), mask)
    losses = {}
    for prior in (SHARE, None):
        torch.manual_seed(1)
        network = build_network("lesion-unet", {"width": 8, "levels": 3, "prior": prior})
        with torch.no_grad():
            losses[prior] = functional.binary_cross_entropy_with_logits(network(image), mask)
    assert float(losses[SHARE]) == pytest.approx(float(entropy), rel=0.1)
    assert float(losses[None]) > 8 * float(entropy)
